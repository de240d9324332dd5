"""`python -m builder` is `pressmark`."""

import gc
import sys

__all__ = ["main"]


def main() -> int:
    """Run the command; Ctrl-C while it is still being imported is answered, too."""
    try:
        from builder.cli import main as run  # noqa: PLC0415 - imports can be interrupted

        return run()
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()  # else Python looks through all that lived as long as the process, which ends


if __name__ == "__main__":
    sys.exit(main())
