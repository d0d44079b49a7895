"""`python -m benchmarks`, from the root, with `lib` on the path."""

import sys

from benchmarks import surroundings

surroundings.settle()

from benchmarks.command import main  # noqa: E402  NumPy must not be imported before

sys.exit(main())
