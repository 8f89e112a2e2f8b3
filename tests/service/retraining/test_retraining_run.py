"""What a retraining says of its result; how it goes is tested where people call it."""

from dataclasses import replace
from pathlib import Path

from service.retraining.retraining_run import Retraining
from training.gate.gate_report import GateReport


def test_what_a_person_may_do_with_a_pack(tmp_path: Path) -> None:
    """Where a pack was written decides what it takes to judge by it; where none was, nothing has changed."""
    gate = GateReport(champion="de@000000000000", candidate="de@111111111111", rules=())
    made = Retraining(
        version="de@111111111111", content_hash="1" * 64, folder=None, snapshot=None, registry=None, gate=gate, is_active=False, remarks=()
    )

    assert made.next_step() == "nothing was changed: with -o FOLDER the pack is written all the same"
    assert replace(made, folder=tmp_path, is_in_place=True).next_step() == "the service reads by it once it is started anew"
    assert "TIPSTAFF_LANGUAGES" in replace(made, folder=tmp_path).next_step()
