"""Properties of the rooms that hold at every point, on points that Hypothesis draws."""
