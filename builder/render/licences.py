"""Licence ids: what the Hub calls them, and what SPDX calls the same licences."""

from collections.abc import Mapping
from typing import Any

from builder.render.markdown import plain
from schema.manifest import BuildManifest

__all__ = ["SPDX", "licence_address", "licence_words", "spdx_id"]

#: SPDX ids by id of the Hub, where both mean one version of one licence.
SPDX = {
    name.lower(): name
    for name in """
        AFL-3.0 AGPL-3.0 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear
        BSL-1.0 CC0-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0 CC-BY-NC-2.0 CC-BY-NC-3.0
        CC-BY-NC-4.0 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-2.0 CC-BY-NC-SA-3.0
        CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CDLA-Permissive-1.0
        CDLA-Sharing-1.0 ECL-2.0 EPL-1.0 EPL-2.0 etalab-2.0 EUPL-1.1 EUPL-1.2 GPL-2.0 GPL-3.0
        ISC LGPL-2.1 LGPL-3.0 LPPL-1.3c MIT MPL-2.0 MS-PL NCSA OFL-1.1 OSL-3.0 PostgreSQL
        Unlicense WTFPL Zlib
    """.split()  # noqa: SIM905 - ids are easier to read as words
} | {
    "c-uda": "C-UDA-1.0",
    "lgpl-lr": "LGPLLR",
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
}


def spdx_id(licence: str) -> str | None:
    """Return the SPDX id of a licence that the Hub lists, if it has one.

    Example:
        >>> spdx_id("odc-by"), spdx_id("unknown")
        ('ODC-By-1.0', None)
    """
    return SPDX.get(licence)


def licence_address(config: Mapping[str, Any]) -> str | None:
    """Return where the text of the configured licence stands on the web, if that is known."""
    link = config.get("license_link")
    if link and link.startswith(("https://", "http://")):
        return str(link)
    spdx = spdx_id(config["license"])
    return spdx and f"https://spdx.org/licenses/{spdx}"


def licence_words(manifest: BuildManifest) -> str:
    """Return the licence, its place on the web and its file, as Markdown."""
    config = manifest.config
    if config["license"] == "unknown":
        return "The publisher of this data set states no licence."
    name = config["license_name"] if config["license"] == "other" else spdx_id(config["license"])
    words = plain(name or config["license"])
    address = licence_address(config)
    text = " Its text is in the file `LICENSE`." if config.get("license_file") else ""
    return f"Licence: {f'[{words}](<{address}>)' if address else words}.{text}"
