"""Build the C kernels into one plain shared library.

It needs no headers of Python, so one library serves every version. Where no C compiler is
installed, pip fetches one for the build: zig's, which comes as a wheel.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

INSTALLED = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
COMPILER = [INSTALLED] if INSTALLED else [sys.executable, "-m", "ziglang", "cc"]

# No fused multiplication: results must not depend on the processor.
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-shared", "-fPIC"]


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
            sources=sorted(str(path) for path in Path("builder/native").glob("*.c")),
            depends=sorted(str(path) for path in Path("builder/native").glob("*.h")),
        )
    ],
    cmdclass={"build_ext": BuildLibrary, "bdist_wheel": PlatformWheel},
    setup_requires=[] if INSTALLED else ["ziglang>=0.14"],
)
