"""How drafts and editions look in a terminal, and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qingyu.cli.screen import Column, print_table, say
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.flows.release import Office
    from qingyu.release.drafts import Draft

Plain = dict[str, Any]
_SAID = ("kind", "index", "period", "moment", "reason", "replaces", "colours_changed")


def draft_to_plain(office: Office, draft: Draft) -> Plain:
    from qingyu.release.drafts import approved_by

    roles = office.public.approved_by
    approved = approved_by(draft, office.people, roles)
    return {
        "draft": draft.id,
        **{name: draft.manifest[name] for name in _SAID},
        "known": draft.manifest["known"]["batch"],
        "folder": str(draft.folder / "content"),
        "approved": sorted(approved),
        "lacking": [role for role in roles if role not in approved],
        "warnings": warnings_in(draft),
    }


def warnings_in(draft: Draft) -> dict[str, int]:
    """How many CAP documents of each kind it would send."""
    from qingyu.release.cap.standing import LIST

    path = draft.folder / "content" / LIST
    kinds = [one["kind"] for one in json.loads(path.read_bytes())] if path.is_file() else []
    return {kind: kinds.count(kind) for kind in ("Alert", "Update", "Cancel")}


def print_draft(plain: Plain) -> None:
    say(T("Draft {draft}, as known after batch {known}: {folder}", draft=plain["draft"],
          known=plain["known"], folder=plain["folder"]))  # fmt: skip
    say(T("May be published from {moment}; still to approve: {roles}", moment=plain["moment"],
          roles=", ".join(plain["lacking"]) or "-"))  # fmt: skip
    if any(plain["warnings"].values()):
        say(T("Warnings it would send: {alerts} new, {updates} updated, {cancels} cancelled; read "
              "them in cap/ of the draft.", alerts=plain["warnings"]["Alert"],
              updates=plain["warnings"]["Update"],
              cancels=plain["warnings"]["Cancel"]))  # fmt: skip
    if plain["replaces"]:
        say(T("Takes the place of edition {number}; colours that change: {count}",
              number=plain["replaces"]["edition"], count=plain["colours_changed"]))  # fmt: skip


def office_to_plain(office: Office) -> Plain:
    return {
        "shelf": str(office.shelf.folder),
        "editions": [one.public() for one in office.shelf.editions()],
        "drafts": [draft_to_plain(office, one) for one in office.drafts.all()],
        "approvers": [
            {"person": one.person, "role": one.role, "key": one.public.name, "until": one.until}
            for one in office.people.all()
        ],
    }


def print_office(found: Plain) -> None:
    say(T("Shelf: {folder}", folder=found["shelf"]))
    print_table(
        [Column(str(T("Edition")), right=True), Column(str(T("Period"))), Column(str(T("Kind"))),
         Column(str(T("Published (UTC)"))), Column(str(T("Colours changed")), right=True)],
        [[str(one["edition"]), one["period"], str(_kind(one["kind"])), one["released"],
          str(one["colours_changed"])] for one in found["editions"]],
    )  # fmt: skip
    for draft in found["drafts"]:
        print_draft(draft)
    for one in found["approvers"]:
        ended = T(" (ended)") if one["until"] else ""
        say(T("{person} approves as {role} with the key {key}.{ended}", **one | {"ended": ended}))


def _kind(kind: str) -> object:
    return {"results": T("results"), "correction": T("correction"),
            "withdrawal": T("withdrawal")}[kind]  # fmt: skip
