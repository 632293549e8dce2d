answer = ["other light", "small shift"]
because = "Every other change can turn one sign into another."
