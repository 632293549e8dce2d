answer = " These images cannot say "
because = "one point of 400 images is only noise"
