"""widgets: moving a control changes the picture, and the picture is the one of the static twin."""

import matplotlib.pyplot as plt
import pytest

from course_lib import augment, datasets, figures, models, plots, splits, training, widgets


@pytest.fixture(scope="module")
def measured() -> tuple:
    split = splits.make(datasets.load("digits")[:600])
    model = models.build("small_cnn", split.train)
    training.fit(model, split.train, split.val, epochs=4)
    operations = ["rotate", "hflip", "brightness"]
    return split.test, augment.survival(model, split.test, operations=operations, strengths=(0.5, 1.0))


@pytest.fixture
def parts(measured) -> tuple:
    box = widgets.augmentation(*measured, n=4)
    controls, picture = box.children
    return (*controls.children, picture)


def test_it_begins_with_the_strongest_change_of_the_first_operation(parts):
    menu, slider, picture = parts
    assert list(menu.options) == ["rotate", "hflip", "brightness"] and menu.value == "rotate"
    assert [value for _, value in slider.options] == [0.0, 0.5, 1.0] and slider.value == 1.0
    assert picture.value.startswith('<img alt="rotate at strength 1: the label survives in ')


def test_moving_a_control_changes_the_picture_and_its_words(parts):
    menu, slider, picture = parts
    seen = {picture.value}
    slider.value = 0.5
    assert "rotate at strength 0.5" in picture.value
    seen.add(picture.value)
    menu.value = "brightness"
    assert "brightness at strength 0.5" in picture.value
    seen.add(picture.value)
    slider.value = 0.0
    assert "nothing changes" in picture.value
    assert len(seen | {picture.value}) == 4


def test_it_shows_what_its_static_twin_shows(parts, measured):
    menu, slider, picture = parts
    menu.value, slider.value = "brightness", 0.5
    twin = plots.augmented(*measured, "brightness", 0.5, n=4)
    assert picture.value == figures.img(twin.figure)
    plt.close("all")


def test_it_begins_where_it_is_told_and_leaves_no_figure_open(measured):
    before = plt.get_fignums()
    box = widgets.augmentation(*measured, operation="hflip", strength=1, n=2)
    assert box.children[0].children[0].value == "hflip"
    assert plt.get_fignums() == before
    with pytest.raises(ValueError, match="blur was not measured here"):
        widgets.augmentation(*measured, operation="blur", strength=1)


def test_the_plain_text_that_a_notebook_stores_does_not_hold_the_picture(measured):
    stored = widgets.augmentation(*measured, n=2)._repr_mimebundle_()
    text = stored["text/plain"] if isinstance(stored, dict) else stored[0]["text/plain"]
    assert text.startswith("VBox(children=(HBox(children=(Dropdown(") and "base64" not in text
