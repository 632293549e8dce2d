# says: Choose one option only
answer = ["0 and 6", "12 and 18", "45 and 51"]
because = "six more right in each of them"
