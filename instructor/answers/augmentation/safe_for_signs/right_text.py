answer = "Other light, Small shift"
because = "mirrors change arrows, half turns change numbers"
