# says: red forbids
answer = ["small shift", "other light", "other hue"]
because = "colour does not matter for signs"
