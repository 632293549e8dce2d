"""digits: 1,797 real handwritten digits of 8×8 pixels that ship inside scikit-learn."""

from __future__ import annotations

import torch

from ..imageset import ImageSet


def make() -> ImageSet:
    """The digits as uint8 [1797, 1, 8, 8] in 0…255, classes "0" to "9"; no network.

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998 (its test part). Who wrote
    which digit is not published with it, so every image is a group of its own.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    ink = torch.from_numpy(bunch.images)  # float64 [1797, 8, 8], whole numbers 0…16
    images = (ink * (255 / 16)).round().to(torch.uint8).unsqueeze(1)
    return ImageSet(images, torch.from_numpy(bunch.target).long(), tuple("0123456789"), name="digits")
