"""JSON endpoints of the loopback Hub: accounts, repositories, references, pull requests."""

import re
from collections.abc import Callable
from typing import Any

import yaml

from tests.hub.server import Reply, Request, refuse_without
from tests.hub.store import Commit, Discussion, Entry, HubRefusal, Repo, User, tree_oids

__all__ = ["ROUTES", "card_errors", "file_info", "refuse_gated"]

REPO = r"/api/(?P<kind>model|dataset|space)s/(?P<repo_id>[^/]+/[^/]+)"
WHEN = "2026-01-01T00:00:00.000Z"
LICENCES = {
    "apache-2.0",
    "mit",
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "cc0-1.0",
    "odc-by",
    "other",
    "unknown",
}
MAX_CARD_BYTES = 2**20


def whoami(request: Request) -> Reply:
    user = refuse_without(request.user)
    token = {"accessToken": {"displayName": "tests", "role": user.role}}
    return Reply.of({"type": "user", "name": user.name, "orgs": [], "auth": token})


def create_repo(request: Request) -> Reply:
    asked = request.json()
    user = refuse_without(request.user)
    owner = asked.get("organization") or user.name
    if user.role != "write" or owner != user.name:
        raise HubRefusal(403, "", f"You don't have the rights to create a repo under {owner}")
    repo_id, kind = f"{owner}/{asked['name']}", asked.get("type", "model")
    if not re.fullmatch(r"[\w.-]{1,96}", asked["name"], re.ASCII):
        raise HubRefusal(400, "", "Invalid repo name")
    url = f"{request.hub.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}"
    if (kind, repo_id) in request.hub.store.repos:
        reply = Reply.of({"error": f"You already created this {kind} repo", "url": url})
        reply.status = 409
        return reply
    request.hub.store.create_repo(repo_id, kind, private=asked.get("visibility") == "private")
    return Reply.of({"url": url, "name": repo_id, "id": repo_id})


def settings(request: Request) -> Reply:
    repo = request.repo(write=True)
    asked = request.json()
    if "visibility" in asked:
        repo.private = asked["visibility"] == "private"
    if "gated" in asked:
        repo.gated = asked["gated"]
    return Reply.of({"private": repo.private, "gated": repo.gated})


def validate_yaml(request: Request) -> Reply:
    content = request.json()["content"]
    if len(content) > MAX_CARD_BYTES:
        return Reply(413, b"Payload Too Large")
    errors = card_errors(content)
    warnings = [{"message": "empty or missing yaml metadata"}] if "---" not in content else []
    reply = Reply.of({"errors": [{"message": e} for e in errors], "warnings": warnings})
    reply.status = 400 if errors else 200
    return reply


def card_errors(content: str) -> list[str]:
    """Check a card as the Hub does, as far as its rules are known."""
    found = re.match(r"\s*---[ \t]*\r?\n(.*?)\r?\n---\s*?(\r?\n|$)", content, re.DOTALL)
    if not found:
        return []
    try:
        data = yaml.safe_load(found[1])
    except yaml.YAMLError:
        return ["YAML metadata is not valid"]
    if not isinstance(data, dict):
        return ["YAML metadata must be a mapping"]
    licence = data.get("license")
    errors = []
    if licence is not None and licence not in LICENCES:
        errors.append(f'"license" must be one of [{", ".join(sorted(LICENCES))}]')
    if not isinstance(data.get("tags", []), list):
        errors.append('"tags" must be an array')
    if not isinstance(data.get("configs", []), list):
        errors.append('"configs" must be an array')
    return errors


def repo_info(request: Request) -> Reply:
    repo = request.repo()
    commit = repo.head(request.args.get("revision", "main"))
    blobs = "blobs" in request.query
    siblings = [
        {"rfilename": path, **(file_info(path, entry) if blobs else {})}
        for path, entry in sorted(commit.files.items())
    ]
    return Reply.of(
        {
            "_id": "0" * 24,
            "id": repo.id,
            "author": repo.owner,
            "sha": commit.oid,
            "lastModified": WHEN,
            "createdAt": WHEN,
            "private": repo.private,
            "gated": repo.gated,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": siblings,
        }
    )


def auth_check(request: Request) -> Reply:
    repo = request.repo(write="write" in request.args)
    refuse_gated(repo, request.user)
    return Reply.of({})


def refuse_gated(repo: Repo, user: User | None) -> None:
    """Refuse the contents of a gated repository to those who have no access."""
    name = user.name if user else ""
    if repo.gated and name != repo.owner and name not in repo.readers:
        raise HubRefusal(403 if user else 401, "GatedRepo", "Access to this repo is restricted")


def refs(request: Request) -> Reply:
    repo = request.repo()

    def listed(prefix: str) -> list[dict[str, str]]:
        return [
            {"name": name.removeprefix(prefix), "ref": name, "targetCommit": oid}
            for name, oid in sorted(repo.refs.items())
            if name.startswith(prefix)
        ]

    found = {"branches": listed("refs/heads/"), "tags": listed("refs/tags/"), "converts": []}
    if "include_prs" in request.query:
        found["pullRequests"] = listed("refs/pr/")
    return Reply.of(found)


def commits(request: Request) -> Reply:
    repo = request.repo()
    return Reply.of([_commit_info(commit) for commit in repo.history(request.args["revision"])])


def _commit_info(commit: Commit) -> dict[str, Any]:
    return {
        "id": commit.oid,
        "title": commit.title,
        "message": "",
        "date": WHEN,
        "authors": [{"user": commit.author}],
    }


def create_branch(request: Request) -> Reply:
    repo = request.repo(write=True)
    name = f"refs/heads/{request.args['branch']}"
    if name in repo.refs:
        raise HubRefusal(409, "", f"Reference already exists: {name}")
    start = repo.head(request.json().get("startingPoint", "main"))
    repo.refs[name] = start.oid
    return Reply.of({})


def create_tag(request: Request) -> Reply:
    repo = request.repo(write=True)
    name = f"refs/tags/{request.json()['tag']}"
    if name in repo.refs:
        raise HubRefusal(409, "", f"Tag already exists: {name}")
    repo.refs[name] = repo.head(request.args.get("revision", "main")).oid
    return Reply.of({})


def delete_ref(request: Request) -> Reply:
    repo = request.repo(write=True)
    kind, name = ("heads", "branch") if "branch" in request.args else ("tags", "tag")
    ref = f"refs/{kind}/{request.args[name]}"
    if repo.refs.pop(ref, None) is None:
        raise HubRefusal(404, "RevisionNotFound", f"No such reference: {ref}")
    return Reply.of({})


def file_info(path: str, entry: Entry) -> dict[str, Any]:
    """Describe a file as listings do."""
    info: dict[str, Any] = {"type": "file", "oid": entry.oid, "size": entry.size, "path": path}
    if entry.sha256 is not None:
        info["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": 134}
    return info


def tree(request: Request) -> Reply:
    repo = request.repo()
    commit = repo.head(request.args.get("revision", "main"))
    recursive = request.query.get("recursive", ["False"])[0].lower() in ("true", "1")
    folder = request.args.get("folder", "")
    rows = list(_tree_rows(commit, folder, recursive=recursive))
    if folder and not rows:
        raise HubRefusal(404, "EntryNotFound", f"{folder} does not exist")
    start = int(request.query.get("cursor", ["0"])[0])
    end = start + request.hub.page_size
    headers = {}
    if end < len(rows):
        following = f"{request.hub.url}{request.path}?recursive={recursive}&cursor={end}"
        headers["Link"] = f'<{following}>; rel="next"'
    return Reply.of(rows[start:end], **headers)


def _tree_rows(commit: Commit, folder: str, *, recursive: bool) -> list[dict[str, Any]]:
    prefix = f"{folder}/" if folder else ""
    rows = {}
    folders = tree_oids(commit.files)
    for path, entry in commit.files.items():
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts)):
            name = prefix + "/".join(parts[:depth])
            if recursive or depth == 1:
                rows[name] = {"type": "directory", "oid": folders[name], "size": 0, "path": name}
        if recursive or len(parts) == 1:
            rows[path] = file_info(path, entry)
    return [rows[path] for path in sorted(rows)]


def discussion_info(repo: Repo, found: Discussion) -> dict[str, Any]:
    """Describe a discussion as the Hub does."""
    info: dict[str, Any] = {
        "num": found.num,
        "title": found.title,
        "author": {"name": found.author},
        "createdAt": WHEN,
        "status": found.status,
        "isPullRequest": found.is_pull_request,
        "repo": {"name": repo.id, "type": repo.type},
        "events": [],
        "filesWithConflicts": [],
    }
    if found.is_pull_request:
        info["changes"] = {"base": "refs/heads/main", "mergeCommitId": found.merge_commit}
    return info


def list_discussions(request: Request) -> Reply:
    repo = request.repo()
    wanted = request.query.get("type", [""])[0], request.query.get("status", [""])[0]
    found = [
        discussion_info(repo, one)
        for one in sorted(repo.discussions.values(), key=lambda d: -d.num)
        if wanted[0] in ("", "all") or one.is_pull_request == (wanted[0] == "pull_request")
        if wanted[1] in ("", "all") or (one.status in ("open", "draft")) == (wanted[1] == "open")
    ]
    return Reply.of({"discussions": found, "count": len(found), "start": 0})


def open_discussion(request: Request) -> Reply:
    repo = request.repo()
    author = refuse_without(request.user, write=True)
    asked = request.json()
    pull_request = bool(asked.get("pullRequest"))
    found = request.hub.store.open_discussion(
        repo, asked["title"], author.name, pull_request=pull_request
    )
    return Reply.of({"num": found.num, "pullRequest": pull_request})


def show_discussion(request: Request) -> Reply:
    repo = request.repo()
    return Reply.of(discussion_info(repo, _discussion(repo, request.args["num"])))


def change_status(request: Request) -> Reply:
    repo = request.repo()
    refuse_without(request.user, write=True)
    found = _discussion(repo, request.args["num"])
    if found.status == "merged":
        raise HubRefusal(400, "", "This pull request is merged already")
    found.status = request.json()["status"]
    event = {
        "id": "0",
        "type": "status-change",
        "createdAt": WHEN,
        "author": {"name": found.author},
        "data": {"status": found.status},
    }
    return Reply.of({"newStatus": event})


def merge(request: Request) -> Reply:
    repo = request.repo(write=True)
    author = refuse_without(request.user, write=True)
    found = _discussion(repo, request.args["num"])
    merged = request.hub.store.merge(repo, found.num, author.name)
    return Reply.of({"mergeCommitId": merged.oid})


def _discussion(repo: Repo, num: str) -> Discussion:
    if int(num) not in repo.discussions:
        raise HubRefusal(404, "", f"No discussion {num}")
    return repo.discussions[int(num)]


ROUTES: list[tuple[str, str, str, Callable[..., Reply]]] = [
    ("GET", r"/api/whoami-v2", "whoami", whoami),
    ("POST", r"/api/repos/create", "create_repo", create_repo),
    ("POST", r"/api/validate-yaml", "validate_yaml", validate_yaml),
    ("GET", REPO, "info", repo_info),
    ("GET", REPO + r"/revision/(?P<revision>[^/]+)", "info", repo_info),
    ("GET", REPO + r"/auth-check", "auth_check", auth_check),
    ("GET", REPO + r"/auth-check/(?P<write>write)", "auth_check", auth_check),
    ("PUT", REPO + r"/settings", "settings", settings),
    ("GET", REPO + r"/refs", "refs", refs),
    ("GET", REPO + r"/commits/(?P<revision>[^/]+)", "commits", commits),
    ("GET", REPO + r"/tree/(?P<revision>[^/]+)", "tree", tree),
    ("GET", REPO + r"/tree/(?P<revision>[^/]+)/(?P<folder>.+)", "tree", tree),
    ("POST", REPO + r"/branch/(?P<branch>[^/]+)", "branch", create_branch),
    ("DELETE", REPO + r"/branch/(?P<branch>[^/]+)", "branch", delete_ref),
    ("POST", REPO + r"/tag/(?P<revision>[^/]+)", "tag", create_tag),
    ("DELETE", REPO + r"/tag/(?P<tag>[^/]+)", "tag", delete_ref),
    ("GET", REPO + r"/discussions", "discussions", list_discussions),
    ("POST", REPO + r"/discussions", "open_pr", open_discussion),
    ("GET", REPO + r"/discussions/(?P<num>\d+)", "discussion", show_discussion),
    ("POST", REPO + r"/discussions/(?P<num>\d+)/status", "pr_status", change_status),
    ("POST", REPO + r"/discussions/(?P<num>\d+)/merge", "merge", merge),
]
