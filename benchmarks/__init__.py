"""Speed of the book's kernels and solvers, side by side with their peers."""
