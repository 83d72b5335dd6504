"""How bundles and streams look in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qingyu.cli.screen import near, note, say
from qingyu.flows.bundle_open import Opened, Opening
from qingyu.i18n import T, Text, language_in_use
from qingyu.intake.bundle.chain import State
from qingyu.intake.bundle.nodes import Node
from qingyu.intake.bundle.outbox import Outbox, Sent
from qingyu.intake.bundle.receipts import in_words, missing_words, reasons

Plain = dict[str, Any]

_FATES = {
    "received": T("received"),
    "repeat": T("received before; nothing changes, this is the first receipt"),
    "waiting": T("kept, waiting for earlier bundles"),
    "forked": T("kept; its stream stands still until somebody decides"),
    "refused": T("refused"),
}


# -- the sender -------------------------------------------------------------------------------


def print_key(box: Outbox) -> None:
    say(T("Public key {key}: {file}", key=box.key, file=near(box.public_file)))
    say(
        T(
            "Hand this file to the other side, and read the sixteen digits out by telephone. The "
            "secret key stays in {folder}: keep a copy of it in a safe.",
            folder=near(box.key_file.parent),
        )
    )


def print_sent(sent: Sent, copies: Sequence[Path]) -> None:
    manifest = sent.manifest
    if sent.again:
        say(
            T(
                "The same contents are bundle {number} of {stream} already; nothing new was "
                "numbered.",
                number=manifest.number,
                stream=manifest.stream,
            )
        )
    else:
        say(T("Bundle {number} of {stream}: {file}", number=manifest.number,
              stream=manifest.stream, file=near(sent.path)))  # fmt: skip
    for number, item in enumerate(manifest.items, 1):
        say(T("Item {number}: source {source}, {rows} rows", number=number, source=item.source,
              rows=item.rows))  # fmt: skip
        if item.cut:
            say(T("  Stays behind: {names}", names=", ".join(item.cut)))
    say(T("Digest: {digest}", digest=sent.digest))
    for path in copies:
        say(T("Copied to {file}", file=near(path)))


def sent_to_plain(sent: Sent, copies: Sequence[Path]) -> Plain:
    return {
        "stream": sent.manifest.stream,
        "number": sent.manifest.number,
        "digest": sent.digest,
        "previous": sent.manifest.previous,
        "again": sent.again,
        "made": sent.made,
        "who": sent.who,
        "file": str(sent.path),
        "copies": [str(path) for path in copies],
        "items": sent.manifest.model_dump(mode="json")["items"],
    }


def print_box(found: Plain) -> None:
    say(T("Stream {stream}, signed with key {key}", stream=found["stream"], key=found["key"]))
    if not found["last"]:
        say(T("No bundle made yet."))
        return
    say(T("Last bundle {number}, made {when} (UTC)", number=found["last"],
          when=found["last_made"]))  # fmt: skip
    say(T("Digest: {digest}", digest=found["last_digest"]))
    say(T("Kept in the box: {numbers}", numbers=in_words(tuple(found["kept"]))))


# -- the receiver -----------------------------------------------------------------------------


def print_opening(done: Opening) -> None:
    for one in done.files:
        _print_opened(one, done.states)
    streams = sorted({one.node.manifest.stream for one in done.files if one.node is not None})
    for stream in streams:
        _print_gaps(stream, done.states[stream])


def opening_to_plain(done: Opening) -> list[Plain]:
    return [_opened_to_plain(one) for one in done.files]


def print_streams(found: Sequence[Plain]) -> None:
    if not found:
        say(T("No stream is trusted here, and no bundle was refused."))
    for number, stream in enumerate(found):
        if number:
            say("")
        if stream["stream"] is None:
            say(T("Refused files of no known stream"))
        else:
            _print_stream(stream)
        for note_ in stream["refused"]:
            sentence = note_["sentence"][language_in_use()]
            settled = T(" (received whole since)") if note_["settled"] else ""
            say(T("  Refused {when}: {sentence}{settled}", when=note_["when"], sentence=sentence,
                  settled=settled))  # fmt: skip


def _print_opened(one: Opened, states: dict[str, State]) -> None:
    fate = _FATES[one.fate]
    if one.node is None:
        say(T("{file}: {fate}", file=one.file, fate=fate))
        return
    manifest = one.node.manifest
    say(
        T(
            "{file}: bundle {number} of {stream}, {fate}",
            file=one.file or one.node.file,
            number=manifest.number,
            stream=manifest.stream,
            fate=fate,
        )
    )
    if one.receipt is not None:
        _print_items(one.node)
        say(T("  Receipt: {file}", file=near(one.receipt)))


def _print_items(node: Node) -> None:
    assert node.taken is not None
    if node.taken.missing:
        say(T("  {warning}", warning=missing_words(node.taken.missing)))
    for outcome in node.taken.items:
        if outcome.receipt is not None:
            text: Text = outcome.receipt["sentence"][language_in_use()]
        else:
            assert outcome.refused is not None
            faults = [f"{f['where']}: {f['found']}. {f['remedy']}"
                      for f in outcome.refused["faults"]]  # fmt: skip
            text = T("refused whole: {faults}", faults=" ".join(faults))
        say(T("  {source}: {text}", source=outcome.source, text=text))
        for line in reasons(outcome.receipt or {}):
            say(line)


def _print_gaps(stream: str, state: State) -> None:
    if state.gaps:
        note(
            T(
                "Warning: of {stream}, bundles {numbers} have not arrived. Ask the sender to copy "
                "them again, or `qingyu bundle decide {stream} NUMBER --lost`.",
                stream=stream,
                numbers=in_words(state.gaps),
            )
        )


def _opened_to_plain(one: Opened) -> Plain:
    node, refused = one.node, one.refused
    plain: Plain = {
        "file": one.file,
        "fate": one.fate,
        "stream": node.manifest.stream if node else refused.stream if refused else None,
        "number": node.manifest.number if node else refused.number if refused else None,
        "digest": node.digest if node else None,
        "code": refused.code if refused else None,
        "member": refused.member if refused else None,
        "sentence": str(refused) if refused else None,
        "receipt": str(one.receipt) if one.receipt else None,
        "missing": [],
        "items": [],
    }
    if node is not None and node.taken is not None and node.in_force:
        plain["missing"] = list(node.taken.missing)
        plain["items"] = [dict(vars(outcome)) for outcome in node.taken.items]
    return plain


def _print_stream(found: Plain) -> None:
    say(T("Stream {stream}: last bundle {number}, received {when} (UTC)", stream=found["stream"],
          number=found["last"] or "-", when=found["last_received"] or "-"))  # fmt: skip
    say(T("  May send: {sources}", sources=", ".join(found["sources"])))
    if found["last_digest"]:
        say(T("  Digest: {digest}", digest=found["last_digest"]))
    lists: list[tuple[Text, str]] = [
        (T("Missing"), _numbers(found["gaps"])),
        (T("Lost for good"), _numbers(found["lost"])),
        (T("Waiting"), _numbers(found["waiting"])),
        (T("Items refused whole"), _items(found["items_refused"])),
        (T("Set aside by decision"), _numbers([one["number"] for one in found["set_aside"]])),
    ]
    for title, text in lists:
        if text:
            say(T("  {title}: {text}", title=title, text=text))
    for fork in found["forks"]:
        digests = ", ".join(digest[:16] for digest in fork["digests"])
        say(T("  Fork at {number}, the stream stands still: {digests}", number=fork["number"],
              digests=digests))  # fmt: skip
    for made in found["decisions"]:
        what = T("lost for good") if made["digest"] is None else made["digest"][:16]
        say(T("  Decided {when} by {who}: {number} → {what} ({because})", what=what,
              **{name: made[name] for name in ("when", "who", "number", "because")}))  # fmt: skip
    for key in found["keys"]:
        if key["after"] is None:
            say(T("  Key {key}, trusted by {who} since {since}", key=key["key"], who=key["who"],
                  since=key["since"]))  # fmt: skip
        else:
            say(T("  Key {key}, revoked by {who} after bundle {after} ({because})", key=key["key"],
                  who=key["revoked_by"], after=key["after"], because=key["because"]))  # fmt: skip


def _numbers(given: Sequence[int]) -> str:
    return in_words(tuple(given)) if given else ""


def _items(given: Sequence[Plain]) -> str:
    return ", ".join(f"{one['number']}/{one['item']} ({one['source']})" for one in given)
