# says: Now say why
answer = {"small shift", "other light"}
