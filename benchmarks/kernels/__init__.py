"""The kernels that chapters repeat, one family a file: the formula, its problem, its sizes."""
