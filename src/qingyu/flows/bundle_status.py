"""Where the streams stand, on either side, as plain values with stable names."""

from __future__ import annotations

from typing import Any

from qingyu.intake.bundle.chain import State
from qingyu.intake.bundle.inbox import Inbox
from qingyu.intake.bundle.nodes import Node
from qingyu.intake.bundle.outbox import Outbox
from qingyu.intake.bundle.trust import Trust

Plain = dict[str, Any]


def box_status(box: Outbox) -> Plain:
    """The sender's side. `kept`: numbers whose bundle still lies in the box."""
    sent = box.sent()
    return {
        "stream": box.stream,
        "box": str(box.folder),
        "pack": box.pack,
        "key": box.public().name,
        "public_key": str(box.public_file),
        "last": sent[-1].manifest.number if sent else 0,
        "last_digest": sent[-1].digest if sent else None,
        "last_made": sent[-1].made if sent else None,
        "kept": [one.manifest.number for one in sent if one.path.is_file()],
    }


def stream_status(inbox: Inbox) -> list[Plain]:
    """The receiver's side, one object a stream, and last one for refused files of no known stream
    (its `stream` is null)."""
    refused = inbox.refused()
    found = []
    for stream, trust in inbox.trusts().items():
        nodes, state = inbox.nodes(stream), inbox.state(stream)
        own = [note for note in refused if note["stream"] == stream]
        found.append(
            {
                **_chain(nodes, state),
                "decisions": [dict(vars(decision)) for decision in inbox.decisions(stream)],
                "refused": [_refused(note, nodes) for note in own],
                **_trusted(trust),
            }
        )
    strange = [note for note in refused if note["stream"] not in inbox.trusts()]
    if strange:
        found.append({"stream": None, "refused": [_refused(note, {}) for note in strange]})
    return found


def _chain(nodes: dict[str, Node], state: State) -> Plain:
    in_force = [node for node in nodes.values() if node.in_force and node.taken]
    taken = max(in_force, key=lambda node: node.manifest.number, default=None)
    return {
        "last": taken.manifest.number if taken else 0,
        "last_digest": taken.digest if taken else None,
        "last_received": max((n.taken.when for n in in_force if n.taken), default=None),
        "last_arrived": max((node.seen for node in nodes.values()), default=None),
        "gaps": list(state.gaps),
        "lost": list(state.lost),
        "forks": [
            {"number": number, "digests": list(digests)}
            for number, digests in sorted(state.forks.items())
        ],
        "waiting": [link.number for link in state.wait],
        "set_aside": [
            {"number": node.manifest.number, "digest": node.digest, "withdrawn": _undone(node)}
            for node in nodes.values()
            if node.digest in state.aside
        ],
        "items_refused": [
            {"number": node.manifest.number, "item": at, "source": item.source}
            for node in in_force
            for at, item in enumerate(node.taken.items if node.taken else (), 1)
            if item.refused is not None
        ],
    }


def _undone(node: Node) -> list[int]:
    return list(node.undone.batches) if node.undone else []


def _refused(note: Plain, nodes: dict[str, Node]) -> Plain:
    """`settled`: a bundle of that number has been received all the same."""
    numbers = {node.manifest.number for node in nodes.values() if node.in_force}
    return {**note, "settled": note["number"] in numbers}


def _trusted(trust: Trust) -> Plain:
    return {
        "stream": trust.stream,
        "sources": list(trust.sources),
        "on_gap": trust.gaps,
        "keys": [
            {name: value for name, value in vars(key).items() if name != "line"}
            for key in trust.keys
        ],
    }
