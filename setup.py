"""Build the C kernels into one plain shared library.

It needs no headers of Python, so one library serves every version. Where no C compiler is
installed, pip fetches one for the build: zig's, which comes as a wheel.
"""

import os
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

KERNELS = Path("builder/native")
NUMBER = runpy.run_path(str(KERNELS / "sources.py"))["source_number"](KERNELS)


def words(variable: str) -> list[str]:
    """Return the words of an environment variable, as a shell reads them."""
    return shlex.split(os.environ.get(variable, ""))


FOUND = [path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))]
INSTALLED = words("CC") or FOUND[:1]
# Left to itself, zig compiles for the processor that it runs on.
COMPILER = INSTALLED or [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]

# No fused multiplication: results must not depend on the processor.
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-shared", "-fPIC"]
FLAGS += [f"-DSOURCE_NUMBER={NUMBER}", *words("CFLAGS"), *words("ARCHFLAGS")]


class BuildLibrary(build_ext):
    """Compile and link in one call."""

    def build_extension(self, ext: Extension) -> None:
        """Write the library where the package is built, or beside its sources."""
        target = Path(self.get_ext_fullpath(ext.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        command = [*COMPILER, *FLAGS, "-o", str(target), *map(str, ext.sources), "-lm"]
        subprocess.run(command, check=True)

    def get_ext_filename(self, fullname: str) -> str:
        """Name the library without the version of Python."""
        return str(Path(*fullname.split("."))) + ".so"


class PlatformWheel(bdist_wheel):
    """Mark the wheel as one for any Python on this platform."""

    def get_tag(self) -> tuple[str, str, str]:
        """Return the tags of language, interface and platform."""
        return "py3", "none", super().get_tag()[2]


setup(
    ext_modules=[
        Extension(
            "builder.native.kernels",
            sources=sorted(map(str, KERNELS.glob("*.c"))),
            depends=sorted(map(str, KERNELS.glob("*.h"))),
        )
    ],
    cmdclass={"build_ext": BuildLibrary, "bdist_wheel": PlatformWheel},
    setup_requires=[] if INSTALLED else ["ziglang>=0.14"],
)
