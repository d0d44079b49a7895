"""What is recorded along a run, by name."""

import numpy as np
import pytest

from implicitreg.record import Trajectory, log_schedule


@pytest.mark.parametrize(("arguments", "message"), [
    ((0,), "n_steps = 0: must be >= 1"), ((10, 1), "n_points = 1: must be >= 2")])
def test_a_schedule_without_steps_or_points_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        log_schedule(*arguments)


def test_a_trajectory_is_a_mapping_of_columns():
    trajectory = Trajectory({"step": [0, 1], "loss": [[2.0, 3.0], [1.0, 0.5]]})
    assert dict(trajectory).keys() == {"step", "loss"} and len(trajectory) == 2
    np.testing.assert_array_equal(trajectory["loss"][:, 1], [3.0, 0.5])
    with pytest.raises(KeyError, match="'norm' was not recorded; recorded: step, loss"):
        trajectory["norm"]
