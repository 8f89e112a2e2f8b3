"""The commands that look after a registry: ``tipstaff models prune`` and ``verify``."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from service.cli.registry.registry_options import find_caller, open_site
from service.cli.registry.version_lines import print_table
from service.cli.shared_options import JsonOption

__all__ = ["app"]

app = typer.Typer(rich_markup_mode=None)

_WILL_NOT_WORK = 3


@app.command()
def prune(
    *,
    keep: Annotated[int, typer.Option(min=0, metavar="N", help="How many of the versions that were made last stay in any case.")],
    as_json: JsonOption = False,
) -> None:
    """Remove old versions, but never the champion, the former one, the candidate, or what any of those that stay was started from."""
    from service.registry.upkeep.pruning import prune_versions

    removed = prune_versions(open_site().registry, keep=keep, by=find_caller())
    if as_json:
        print(json.dumps({"removed": removed}))
    elif removed:
        print("\n".join(removed))
    print(f"tipstaff: removed {len(removed)} version{'' if len(removed) == 1 else 's'}; their records stay", file=sys.stderr)


@app.command()
def verify(*, as_json: JsonOption = False) -> None:
    """Look at every version, record, signature and alias, and at what became of the tables; end with 3 if something has to be mended."""
    from service.registry.upkeep.verification import verify_registry

    site = open_site()
    findings = list(verify_registry(site.registry, site.settings.data_dir / "snapshots"))
    wrong = [finding for finding in findings if finding.is_wrong]
    if as_json:
        print(json.dumps({"registry": site.registry.name, "is_whole": not wrong, "findings": [asdict(finding) for finding in findings]}))
    else:
        rows = [("WRONG" if finding.is_wrong else "ok", finding.subject, finding.aspect, finding.state) for finding in findings]
        print_table("", "of", "what", "state", rows=rows)
    print(f"tipstaff: {len(findings)} looked at, {len(wrong)} to mend", file=sys.stderr)
    if wrong:
        raise typer.Exit(_WILL_NOT_WORK)
