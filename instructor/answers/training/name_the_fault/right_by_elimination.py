val, new = 0.98, 0.71
options = {"leakage": val - new > 0.2, "overfitting": val < 0.9}
answer = next(option for option, holds in options.items() if holds)
because = "the gap is between val and new animals, so val was not new"
