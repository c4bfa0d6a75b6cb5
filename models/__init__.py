"""What is learned: time splits, booster, calibration, exact explanations, metrics."""
