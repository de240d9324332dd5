"""Say in plain lines what a publication will do or has done. Pure."""

from collections.abc import Iterator
from typing import Any

from builder.publish.plan import Plan
from builder.publish.publish import Published

__all__ = ["render_plan", "render_published"]

#: Paths shown of each kind; the JSON has all.
SHOWN = 20


def render_plan(plan: Plan) -> Iterator[str]:
    """Yield the lines of a plan."""
    at = " (new, or hidden from this token)" if plan.creates else f" at {str(plan.base)[:12]}"
    yield f"target      {plan.repo_id}@{plan.revision}{at}"
    yield f"version     {plan.version}"
    if plan.private is not None:
        yield f"visibility  {'private' if plan.private else 'public'}"
    for name in ("adds", "replaces", "deletes", "kept"):
        paths = getattr(plan, name)
        yield f"{name:<12}{len(paths):,}"
        yield from (f"    {path}" for path in paths[:SHOWN])
        if len(paths) > SHOWN:
            yield f"    … and {len(paths) - SHOWN:,} more"
    yield f"unchanged   {len(plan.unchanged):,}"
    yield f"to send     {plan.bytes_to_send:,} bytes at most"
    if plan.operations:
        yield f"by          {_way(plan)}"


def _way(plan: Plan) -> str:
    if plan.proposed:
        return "a pull request for you to merge (--create-pr was given)"
    if plan.staged:
        return f"a pull request, merged when it is whole ({plan.staged})"
    count = plan.operations
    return f"one commit ({count:,} operation{'' if count == 1 else 's'} fit{'s' * (count == 1)})"


def render_published(done: Published) -> Iterator[str]:
    """Yield the lines that say what came of a publication."""
    commit = str(done.commit)[:12]
    if done.status == "published":
        yield f"published as {commit}{f', tagged {done.tag}' if done.tag else ''}"
    elif done.status == "unchanged":
        yield f"unchanged: {commit} holds this release{f', tagged {done.tag}' if done.tag else ''}"
    elif done.status == "proposed":
        yield f"proposed: {done.pull_request}"
    elif done.status == "planned":
        yield "dry run: nothing was sent"
    elif done.status == "declined":
        yield "nothing was sent"
    else:
        count = len(done.findings)
        yield f"refused: {count} finding{'' if count == 1 else 's'}; nothing was published"
    if done.status in ("published", "unchanged", "proposed"):
        yield render_call(done.load)


def render_call(arguments: dict[str, Any]) -> str:
    """Write the `load_dataset` call that reads the release."""
    path, revision = arguments["path"], arguments.get("revision")
    at = f', revision="{revision}"' if revision else ""
    return f'load_dataset("{path}"{at})'
