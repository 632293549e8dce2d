answer = "Leakage "
because = "val must hold animals or copies of train"
