"""Why an image is taken for something else: the causes that a student sorts wrong images by."""

from __future__ import annotations

# The chapter's list: each cause and what to look for.
CAUSES = {
    "wrong label": "the label says something else than the picture",
    "poor quality": "dark, blurred, noisy, or too far away",
    "occluded": "something covers what tells the class",
    "ambiguous class": "it looks like the other class, or like several",
    "wrong region": "the model looked at something else, such as the background",
    "too few like it": "hardly any train image looks like this one",
    "shifted domain": "it was made in another way than the train images: another camera, light or place",
}
