# %% [markdown]
# # 05 · Evidence
#
# **Why is a wrong image wrong, and how do you prove it?**
#
# At the end of this notebook you can
#
# - say how sure a classifier is, whether that is true, and when it should say "don't know",
# - find where it fails and where it looked,
# - explain a failure in a way that can be checked, and name a training problem from its symptoms,
# - hand in an evidence card that passes the check of the chapter.
#
# | section | time |
# |---|---|
# | 1 · The wrong images | 5 min |
# | 2 · How sure, and is that true? | 20 min |
# | 3 · Where does it fail? | 15 min |
# | 4 · Where did it look? | 5 min |
# | 5 · What does it resemble? | 15 min |
# | 6 · Sort twenty by cause | 10 min |
# | 7 · Explain one, and check it | 10 min |
# | 8 · From symptoms to a cause | 10 min |
# | 9 · The card, and the pass check | 15 min |
# | 10 · Check of reasoning | 10 min |

# %% [markdown]
# ## 1 · The wrong images
#
# **What goes wrong?** Cats, dogs and pandas again, small photos, cut by animal, and a small network. Only a fifth of
# the photos teach: this notebook is about judging, and whoever judges wants many images.
#
# (*F1* joins the precision and the recall of a class into one number, low if either is low. *macro-F1* is its mean over
# the classes.)

# %%
from course_lib import (
    calibration,
    datasets,
    diagnosis,
    evaluation,
    evidence,
    expect,
    models,
    plots,
    sorting,
    splits,
    training,
    widgets,
)
from course_lib.exercises import check, progress

# %%
critters = datasets.load("critters", n=2400, size=32, seed=2)
split = splits.make(critters, val=0.4, test=0.4, by="group", seed=0)

run = training.fit(models.build("small_cnn", split.train), split.train, split.val)
model = run.model
on_val = evaluation.evaluate(model, split.val)
report = evaluation.evaluate(model, split.test)
report

# %%
ax = plots.wrong_examples(report, n=6)

# %%
expect("test accuracy", report.accuracy, 0.82, 0.95)
expect("top-2 accuracy", report.top_k(2), 0.93, 1.0)
second = (report.top_k(2) - report.accuracy) / (1 - report.accuracy)
expect("second guess right, of the wrong images", second, 0.5, 0.9)

# %% [markdown]
# *Top-2 accuracy* counts an image if the right class is among the two likeliest. Of the wrong images, half or more have
# it in second place; a coin would have half. With a thousand classes, top-5 is common.
#
# Nothing was chosen by *test* so far. From here on we look into its wrong images. Whoever improves the network by what
# they see here has used this *test* up, and needs new images to judge it.

# %% [markdown]
# ## 2 · How sure, and is that true?
#
# **Does the network know when it does not know?** Here is its confidence on every test image, right or wrong.

# %%
axes = plots.confidence(report)

# %%
import numpy as np
import torch

is_wrong = np.isin(np.arange(len(report.images)), report.wrong)
sure = report.confidence.numpy()
expect("median confidence when right", np.median(sure[~is_wrong]), 0.85, 1.0)
expect("median confidence when wrong", np.median(sure[is_wrong]), 0.45, 0.75)
expect("wrong and at least 90 % sure", int((sure[is_wrong] > 0.9).sum()), 1, 30)

# %% [markdown]
# Wrong images are further to the left: the network is less sure of them. But some stand on the right, wrong and sure.
# Those are the dangerous ones.
#
# **If it says 80 %, is it right in 80 % of such cases?** Then it is *calibrated*. A *reliability diagram* shows it: for
# images of about the same confidence, how many are right? On the dotted diagonal, the promise is kept.
#
# A network that is too sure, or not sure enough, can be mended without training. *Temperature scaling* (Guo et al. 2017)
# divides its raw scores (*logits*) by one number, the temperature, before they become probabilities. The number is
# chosen on *val*. No label changes.

# %%
temperature = calibration.temperature(on_val)
scaled = calibration.scale(report, temperature)
axes = plots.reliability({"before": report, "after": scaled})

# %%
expect("temperature", temperature, 0.6, 1.0)
expect("calibration error before", report.calibration_error, 0.03, 0.12)
expect("calibration error after", scaled.calibration_error, 0.0, 0.05)
fell = 100 * (report.calibration_error - scaled.calibration_error)
expect("points that the error fell", fell, 0, 8)
expect("labels that changed", int((scaled.predicted != report.predicted).sum()), 0, 0)

# %% [markdown]
# The *calibration error* is the mean distance between confidence and accuracy (in 15 bins; the picture has 10). How much
# of it is luck? Let the labels be drawn as the network promises, so that every promise is true:

# %%
from dataclasses import replace

torch.manual_seed(0)
drawn = torch.multinomial(scaled.probabilities, 1).flatten()
promised = replace(scaled, images=replace(split.test, labels=drawn))
expect("error where all promises are true", promised.calibration_error, 0.005, 0.05)

# %% [markdown]
# So up to 5 % may be luck alone. A temperature below 1 makes the network surer: this one
# was too modest. **Try it.** Train with `label_smoothing=0`, in a new cell. On which side of 1 is its temperature?
#
# **Exercise.** Write the calibration error yourself. `confidence` has a number for each image, `right` a 1 where the
# answer was right and a 0 where it was wrong, both as float32 tensors. In each of the equal `bins` from 0 to 1 that has
# images: how far is the mean confidence from the share of right answers? Give the mean distance, each bin counted as
# often as it has images. No confidence is on the edge of two bins, but 1.0 may come: it is in the last.


# %%
def calibration_error(confidence, right, bins):
    ### BEGIN SOLUTION
    which = (confidence * bins).long().clamp(max=bins - 1)
    total = 0
    for here in (which == i for i in which.unique()):
        total += (confidence[here].mean() - right[here].mean()).abs() * here.sum()
    return total / len(confidence)
    ### END SOLUTION


# %%
check("evidence.calibration_error", calibration_error)

# %% [markdown]
# **When should it say "don't know"?** Answer only where the confidence is above a threshold, and leave the rest to a
# person. Mostly, the more is left, the better the answers.

# %%
ax = plots.coverage(scaled)

# %%
threshold = calibration.threshold(calibration.scale(on_val, temperature), accuracy=0.95)
answered = calibration.answered(scaled, threshold)
expect("accuracy of what is answered", answered.accuracy, 0.91, 0.99)
expect("share that is answered", len(answered.images) / len(report.images), 0.6, 0.95)

# %% [markdown]
# The threshold is the lowest that reaches 95 % on *val*. On *test* it comes near that, not exactly: other animals.
#
# **Try it.** Ask for 99 % in a new cell. How much is still answered?
#
# **Exercise.** Ten photos, right ✓ or wrong ✗. It answers from a confidence of 0.8 up, and leaves the others to a person.
# Which accuracy do its answers have?
#
# | 0.99 | 0.96 | 0.91 | 0.84 | 0.79 | 0.71 | 0.66 | 0.58 | 0.52 | 0.45 |
# |---|---|---|---|---|---|---|---|---|---|
# | ✓ | ✓ | ✗ | ✓ | ✓ | ✗ | ✓ | ✗ | ✓ | ✗ |

# %%
### BEGIN SOLUTION
my_guess = 3 / 4  # right among the four that it answers
### END SOLUTION

# %%
check("evidence.answered", my_guess)

# %% [markdown]
# ## 3 · Where does it fail?
#
# **Is it wrong everywhere, or in one place?** One accuracy hides that. Cut the test images by a fact that is known of
# them. Facts can come from a camera, from a form, or from looking. Critters bring theirs along.

# %%
ax = plots.slices(report, "light")

# %%
ax = plots.slices(report, "atypical")

# %%
ax = plots.slices(report, "group")

# %%
from course_lib import slices

unusual = slices.by_fact(report, "atypical").set_index("slice").accuracy
expect("accuracy on unusual animals", unusual["yes"], 0.35, 0.8)
expect("accuracy on the others", unusual["no"], 0.88, 1.0)
expect(
    "accuracy on the worst animal", slices.by_fact(report, "group").accuracy.min(), 0.0, 0.35
)

# %% [markdown]
# The band is the 95 % interval. It counts animals, not photos: seven photos of one strange dog are not seven witnesses.
# A few animals are wrong in nearly every photo. Look at enough facts, and one of them differs by
# luck.
#
# **Which classes are taken for each other?** The most frequent mistakes, with images. Look for what they have in common.

# %%
ax = plots.confused_pairs(report, n=2, examples=4)

# %% [markdown]
# **Exercise.** These counts come from the confusion matrix. Write it: row `i`, column `j` is the number of images of
# class `i` that are called `j`. `labels` and `predicted` are int64 tensors, a class number for each image; `classes` says
# how many classes there are, also if one does not occur.


# %%
def confusion(labels, predicted, classes):
    ### BEGIN SOLUTION
    table = torch.zeros(classes, classes, dtype=torch.int64)
    for i in range(len(labels)):
        table[labels[i], predicted[i]] += 1
    return table
    ### END SOLUTION


# %%
check("evidence.confusion", confusion)

# %% [markdown]
# **Exercise.** The class is a fact too, and the accuracy on each class is its *recall*: which share of its images is
# found? Make it from a confusion matrix, an int64 tensor `[K, K]` of counts. A class without images gets 0.


# %%
def recall(confusion):
    ### BEGIN SOLUTION
    return confusion.diag() / confusion.sum(1).clamp(min=1)
    ### END SOLUTION


# %%
check("evidence.recall", recall)

# %% [markdown]
# **Try it.** Cut by `"occlusion"` (how much of the face is covered), by `"scale"` (how large it is), by `"blur"` and by
# `"background"`. Which fact matters least?

# %% [markdown]
# ## 4 · Where did it look?
#
# **What in the image speaks for the answer?** *Grad-CAM* (Selvaraju et al. 2017) takes the last feature map, what the
# last convolution sees, as a coarse picture. It asks which places of it would raise the score of the predicted class.
# Bright is where they are. The circle is the face.

# %%
from course_lib import gradcam

ax = plots.heat(model, report.images[report.wrong[:3]])

# %%
heat = gradcam.heat(model, report.images.images)
ax = plots.looked_at(report, heat)

# %%
box = datasets.critters.face_box(report.images.facts, size=32)
inside = gradcam.share_inside(heat, box.x, box.y, box.radius).numpy()
expect("share of the heat in the face, right", np.nanmean(inside[~is_wrong]), 0.36, 0.6)
expect("share of the heat in the face, wrong", np.nanmean(inside[is_wrong]), 0.18, 0.36)

# %% [markdown]
# Read this with care. Is the heat elsewhere because the answer is wrong? Dark, blurred, noisy, distant and covered photos
# have less heat in the face even when the answer is right:

# %%
from course_lib.datasets.critters import is_hard

facts = report.images.facts
poor = is_hard(facts.assign(atypical=False)).to_numpy()  # hard, unusual animals aside
expect(
    "heat in the face, right, good photos", np.nanmean(inside[~is_wrong & ~poor]), 0.38, 0.6
)
expect("heat in the face, right, poor photos", np.nanmean(inside[~is_wrong & poor]), 0.2, 0.38)

# %% [markdown]
# So the picture does not say that looking elsewhere *made* an image wrong. That takes a test: section 7.

# %% [markdown]
# ## 5 · What does it resemble?
#
# **Which train images taught it that?** For the network two images are alike when their features are. Left a wrong test
# image, right the train images that are nearest to it.

# %%
from course_lib import neighbours

near = neighbours.nearest(model, report.images[report.wrong[:2]], split.train, n=4)
ax = plots.neighbours(near)

# %% [markdown]
# (*alike*: 1 is the same direction of the features.) Do the neighbours know better than the network?

# %%
all_near = neighbours.nearest(model, report.images[report.wrong], split.train)
agree = all_near.labels == report.predicted[report.wrong][:, None]
expect("neighbours of the predicted class", float(agree.float().mean()), 0.7, 1.0)

# %% [markdown]
# The neighbours mostly have the class that the network said, because
# it decides by these same features. So they prove nothing new. Look at *what* is alike: the dark, the background, the
# ears? If nothing is, the network has no train image for this one.
#
# **Or is the label wrong?** Labels are made by people. Here every twelfth val label is changed on purpose. *Confident
# learning* (Northcutt et al. 2021) lists the labels that a network doubts most, if its weights did not learn from them.

# %%
labels = split.val.labels.clone()
changed = torch.arange(len(labels)) % 12 == 0
labels[changed] = (labels[changed] + 1) % 3
doubted = evaluation.evaluate(model, replace(split.val, labels=labels))
ax = plots.label_issues(doubted, n=6)

# %%
from course_lib import label_issues

issues = label_issues.find(doubted).row.to_numpy()
found = np.isin(np.flatnonzero(changed), issues).mean()
expect("changed labels that are on the list", found, 0.6, 0.95)
expect("share of the list that was changed", changed.numpy()[issues].mean(), 0.5, 0.9)

# %% [markdown]
# The list finds most of them, and names some that are right. Which?

# %%
alarms = issues[~changed.numpy()[issues]]
unusual_val = split.val.facts["atypical"].to_numpy()
expect("share of unusual animals among these", unusual_val[alarms].mean(), 0.25, 0.9)
expect("share of unusual animals in val", unusual_val.mean(), 0.05, 0.2)

# %% [markdown]
# Many of them are unusual animals: rare, not wrong. So a
# person looks at each before a label is changed.
#
# **Exercise.** Be that person. Of these 24 new photos three have a wrong label. Which rows? They are numbered from 0,
# line by line, eight in each. The network helps: `label_issues.find(evaluation.evaluate(model, photos))` in a new cell.

# %%
from course_lib.exercises.evidence import photos_to_check

photos = photos_to_check()
ax = plots.samples(photos, n=24)

# %%
### BEGIN SOLUTION
my_rows = [4, 8, 19]  # a cat and a panda called dog, and a dog called cat
### END SOLUTION

# %%
check("evidence.mislabelled", my_rows)

# %% [markdown]
# This is a good place for a break.

# %% [markdown]
# ## 6 · Sort twenty by cause
#
# **What would help most?** In notebook 04 you sorted wrong *val* images. Now *test*, with buttons, for the card. If most are
# dark, collect dark ones; if labels are wrong, mend them first. Every press is kept in `evidence/critters/sorting.json`.
# (These are the twenty that it was surest of, of about a dozen animals: no sample of all errors.)

# %%
widgets.sort_errors(report, "evidence/critters")

# %% [markdown]
# No buttons where you are? Then write the numbers of the pictures and their causes here: `{1: "occluded", 2: …}`.

# %%
my_causes = {}

sorted_errors = sorting.assign(sorting.Sorting.load("evidence/critters"), my_causes)
ax = plots.sorting(sorted_errors, report)
sorted_errors

# %% [markdown]
# ## 7 · Explain one, and check it
#
# **Is your cause the cause?** "It was too dark" sounds right after the fact. A check needs two things: the image must
# be dark, and without the dark the answer must come right. Critters can do that: the same animal, in the same pose, is
# photographed again in full light.

# %%
dark = [row for row in report.wrong if facts["light"][row] < datasets.critters.DARK]
said = "At dusk the coat and the background are nearly the same."
explained = [evidence.explain(report, row, cause="dark", because=said) for row in dark]
explained.sort(key=lambda explanation: explanation.verdict != "holds")
explained[0]

# %% [markdown]
# Left the photo that went wrong, right the same photo without the cause. The label comes right: the explanation *holds*.
# Only the cause is checked, not your sentence, and another cause may hold too.
#
# **Does every explanation hold?** Blame the dark for a photo in full light.

# %%
bright = [row for row in report.wrong if facts["light"][row] > 0.8]
evidence.explain(report, bright[0], cause="dark", because="I think that it was too dark.")

# %%
holding = np.mean([explanation.verdict == "holds" for explanation in explained])
expect("dark wrong images that are right in full light", holding, 0.4, 1.0)

tilted = facts.iloc[dark].assign(rotation=facts["rotation"].iloc[dark] + 5)
answers = models.predict(model, datasets.critters.render(tilted, size=32)).argmax(1)
cured = (answers == report.images.labels[dark]).float().mean()
expect("dark wrong images that are right when tilted a little", float(cured), 0.0, 0.35)

# %% [markdown]
# Would any change have done? No: to tilt the animal by 5 degrees rights few or none of them.
#
# **What if nobody can render the full light?** So it is with your own photos, and with causes that no rendering shows.
# The answer is *cannot be checked here*, and you are asked for evidence instead.

# %%
evidence.explain(
    report, report.wrong[0], cause="too few like it", because="I know no dog like this."
)

# %% [markdown]
# **Try it.** Explain an image of your own choice. Causes are `dark`, `blurred`, `noisy`, `far`, `occluded`, `atypical`,
# `background`, and those of section 6. Your explanation goes onto the card.

# %%
my_row = report.wrong[2]
my_cause = "dark"
my_reason = ""  # what do you see? Between the quotes

mine = (
    [evidence.explain(report, my_row, cause=my_cause, because=my_reason)] if my_reason else []
)
mine[0] if mine else print("not explained yet")

# %% [markdown]
# ## 8 · From symptoms to a cause
#
# **Is it the image, or the training?** `examine` looks for ten faults; the map in notebook 04 shows the first of them.
# Each has evidence and a first step. First our own training.

# %%
findings = diagnosis.examine(split, run, report)
findings

# %% [markdown]
# *sure* says how far a fault is beyond its limit: 50 % is the limit. ✓ means *not beyond the limit*, not *perfect*: there
# is a gap between *train* and *val*, but the loss on *val* is not far enough above that on *train* to name it. A false
# alarm can happen.
#
# **Would it notice?** We only know if we put a fault there ourselves. `plant` does that. Here 40 % of the labels of the
# digits say something wrong. `ill.settings` are the settings of `fit` that a fault needs; label noise needs none.

# %%
digits = splits.make(datasets.load("digits"), val=0.2, test=0.2)


def examined(ill):
    model = models.build("small_cnn", ill.split.train)
    run = training.fit(model, ill.split.train, ill.split.val, **ill.settings)
    report = evaluation.evaluate(model, ill.split.test)
    return diagnosis.examine(ill.split, run, report)


noisy = examined(diagnosis.plant(digits, "label noise"))
noisy

# %%
ax = plots.finding(noisy, "label noise")

# %% [markdown]
# In these the label is wrong and the network right. And as the *test* labels are as noisy, even the accuracy is wrong:

# %%
by_true_labels = evaluation.evaluate(noisy.run.model, digits.test)
expect("accuracy by the given labels", noisy.report.accuracy, 0.4, 0.7)
expect("accuracy by the true labels", by_true_labels.accuracy, 0.85, 1.0)

# %% [markdown]
# Now a fault that no curve shows: in every part, cats stand before one background, dogs before another, pandas before a
# third. It is found by a trick: the middle of each image is put into the frame of an image of another class.

# %%
small = splits.make(datasets.load("critters", n=900, size=32), val=0.2, test=0.3, by="group")
shortcut = examined(diagnosis.plant(small, "shortcut"))
ax = plots.finding(shortcut, "shortcut")

# %%
print("first named:", noisy.found[0].fault, "and", shortcut.found[0].fault)
free = evaluation.evaluate(shortcut.run.model, small.test)
expect("accuracy, the background goes with the class", shortcut.report.accuracy, 0.88, 1.0)
expect("accuracy, the same animals on any background", free.accuracy, 0.3, 0.65)

# %% [markdown]
# Most are taken for the class of the frame. On its own *test* this network is nearly always right; on the same animals
# before any background it is right in less than 65 %. Its *test* could not show that, because it has the same fault.
#
# **Try it.** `examined(diagnosis.plant(digits, "label noise", strength=0.1))`: is a weaker fault still found? Then plant
# `"learning rate too high"`. How often each fault is found, in 20 trainings, stands in the README.

# %% [markdown]
# ## 9 · The card, and the pass check
#
# **What can you hand in?** Everything goes onto the card: split, prediction, metric, failure check, output. It takes the
# place of the card of notebook 01; your answers from 02 to 04 stay on it.

# %%
card = evidence.make(
    "Cats, dogs and pandas, with evidence",
    split=split,
    run=run,
    report=report,
    findings=findings,
    explanations=mine,
    sorting=sorted_errors,
)
card.save("evidence/critters")
card

# %% [markdown]
# **Does it pass?** The check of the chapter: a minimal classifier was run, train and val metrics are shown, and at least
# one failure image is explained. Where an explanation can be checked, it must hold.

# %%
card.check()

# %% [markdown]
# What is missing is said there. `evidence/critters/card.html` opens in a browser, and prints.
#
# **Is one model better than another?** Half of the training set, for comparison, judged on the same test images.

# %%
from course_lib.card import Card

half = replace(split, train=split.train[: len(split.train) // 2])
weaker = training.fit(models.build("small_cnn", half.train), half.train, half.val)
judged = evaluation.evaluate(weaker.model, half.test)
other = evidence.make("Half of the train images", split=half, run=weaker, report=judged)
Card.compare([card, other])

# %% [markdown]
# Both models saw the same test images, so only those count where one is right and the other wrong. *McNemar's test* asks
# how often luck alone would make them differ so much: that is *p*. **Try it.** `Card.compare("evidence")` compares all
# cards in the folder.
#
# **Exercise.** Three times, model A has 270 of 300 test images right, and model B 276 of the same. In which of the three
# is the difference more than luck, and why?
#
# | only A right and only B right | |
# |---|---|
# | `"0 and 6"` | B is right wherever A is, and on six more |
# | `"12 and 18"` | they differ on 30 images |
# | `"45 and 51"` | they differ on 96 images |

# %%
### BEGIN SOLUTION
my_choice = "0 and 6"
because = "six coins seldom all fall on the same side"
### END SOLUTION

# %%
check("evidence.beyond_luck", my_choice, because=because)

# %% [markdown]
# ## 10 · Check of reasoning
#
# Some words first. A *bounding box* is a rectangle around an object, a *mask* says for each pixel whether it belongs to
# the object. *OCR* reads text. An *embedding* is a list of numbers, near each other for images that are alike: the
# features of section 5 are one. A *video event* is when something happens.
#
# **Which output answers which question?** Choose from: class label, bounding box, mask, OCR text, embedding, video event.

# %%
from course_lib import reasoning

outputs = {
    "Is this a photo of a cat, a dog or a panda?": "",
    "Where in the photo is each dog?": "",
    "Which pixels belong to the road?": "",
    "What does the street sign say?": "",
    "Which other photos look like this one?": "",
    "When in the film does the ball cross the line?": "",
}
reasoning.check("output", outputs)

# %% [markdown]
# **What is missing from this evidence?** Evidence is something to look at (an *artifact*) together with a metric or an
# honest note on the error. Choose from: an artifact, a metric or an error note, nothing.

# %%
evidence_given = {
    "Test accuracy is 0.93, from 0.90 to 0.95.": "",
    "A photo with a box drawn around each dog.": "",
    "The mask laid over the photo, and the note: it misses the ears.": "",
    "The confusion matrix as a figure, and macro-F1.": "",
}
reasoning.check("evidence", evidence_given)

# %% [markdown]
# **What is this failure called?** Choose from: class confusion, missed object, bad mask, lighting shift, domain shift
# (the images are made in another way), weak annotation (the labels cannot be relied on).

# %%
failures = {
    "Dogs with pricked ears are called cats.": "",
    "Five people in the photo, four boxes.": "",
    "The mask of the cat covers the cushion too.": "",
    "By day all is well, at dusk half is wrong.": "",
    "Trained on drawings, tried on photos.": "",
    "Two people labelled the same photos differently.": "",
}
reasoning.check("failure", failures)

# %% [markdown]
# Where do you stand? All exercises of the chapter, and the pass check:

# %%
progress()

# %% [markdown]
# ## Summary
#
# - Keep the confidence, and check whether it is true. "Don't know" is an answer.
# - Cut the accuracy by what you know of the images: an average hides where it fails.
# - An explanation is worth something when it could have been refuted, and was not.
# - Before you change the model, name the fault, and look at its evidence.
# - Evidence is something to look at, with a number beside it.
#
# **Next:** *06 · Your own photos*: from a folder of images to a card.
