"""`python -m builder` is `pressmark`."""

import gc
import os
import sys

__all__ = ["main"]


def main() -> int:
    """Run the command; Ctrl-C while it is still being imported is answered, too."""
    # Looking for plug-ins of pydantic means to read what every installed package says of itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from builder.cli import main as run  # noqa: PLC0415 - imports can be interrupted

        return run()
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()  # else Python looks through all that lived as long as the process, which ends


if __name__ == "__main__":
    sys.exit(main())
