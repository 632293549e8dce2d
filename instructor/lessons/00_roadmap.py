# %% [markdown]
# # 00 · Image in, label out
#
# **Given a whole image, which class best describes it?**
#
# At the end of this notebook you can
#
# - turn scores into a prediction and a confidence,
# - train a classifier on real handwriting and say how good it is,
# - show images that it gets wrong, and begin an evidence card.
#
# | section | time |
# |---|---|
# | 1 · Prediction check | 8 min |
# | 2 · The road ahead | 2 min |
# | 3 · Your first classifier | 20 min |
# | 4 · The evidence card | 5 min |

# %% [markdown]
# ## 1 · Prediction check
#
# A classifier looks at an image and gives one score to each class. Which label does it predict?

# %%
labels = ["cat", "dog", "panda"]
scores = [0.12, 0.74, 0.14]

best = scores.index(max(scores))
print("prediction:", labels[best])
print("confidence:", scores[best])

# %% [markdown]
# The **prediction** is the label with the highest score. The **confidence** is that score. Keep both, and the
# other scores too.
#
# **Try it.** Change the scores to `0.34, 0.33, 0.33` and run the cell again. Now it says cat. Would you bet on
# this cat as you would have on the dog?

# %% [markdown]
# **Exercise.** Write it yourself. `scores` is now a *dict*, which gives the score of each label, such as
# `{"cat": 0.12, "dog": 0.74}`. Put the label with the highest score in place of the dots, run the cell, and then
# the check below it. Are you stuck? In a new cell, ask for a hint; there are up to three. The worked solution opens
# after a right answer or three tries.
#
# ```python
# from course_lib.exercises import hint, solution
#
# hint("roadmap.predicted_label")
# ```


# %%
def predicted_label(scores):
    ### BEGIN SOLUTION
    return max(scores, key=scores.get)
    ### END SOLUTION


# %%
from course_lib.exercises import check, progress

check("roadmap.predicted_label", predicted_label)

# %% [markdown]
# ## 2 · The road ahead
#
# Behind those three scores stand many decisions. The course takes them one at a time, and ends with evidence.
# You need not know the words in the picture yet.
#
# <img src="../assets/learning_flow.svg" width="700" alt="Learning flow of the chapter: a picture and the question which class best describes it, a prediction check (dog, confidence 0.74), three steps (augmentation, architectures, training), an evidence card with five fields, and a pass check from which a dotted arrow leads back to the step that fixes a failure.">

# %% [markdown]
# ## 3 · Your first classifier
#
# **What does an image look like to a computer?** Here are real digits, written by people's hands.
# The first line fetches the course's tools; you will meet each of them below.

# %%
from course_lib import datasets, evaluation, evidence, expect, models, plots, splits, training

digits = datasets.load("digits")
ax = plots.samples(digits)

# %% [markdown]
# Each image is 8 × 8 numbers: 0 is black, 255 is white. Here is the first one. Find the dark hole in the middle
# of the zero.

# %%
digits.images[0, 0]

# %% [markdown]
# **Which images may teach, and which may judge?** An exam with last week's homework questions proves little.
# So we cut the images into three parts. *train* teaches, *val* (validation) helps to choose, *test* judges once,
# at the end. `seed=3` fixes the shuffle, so that you get the same parts as we do.

# %%
split = splits.make(digits, val=0.15, test=0.30, seed=3)
split

# %% [markdown]
# **Can a small network learn this?** `small_cnn` is a small *convolutional neural network*. It has about 24,000
# numbers, its *weights*, that training changes. `fit` goes through the train images 15 times. Each pass is
# called an *epoch*.

# %%
model = models.build("small_cnn", split.train)
run = training.fit(model, split.train, split.val)
axes = plots.learning_curves(run)

# %% [markdown]
# The *loss* says how far the scores are from the truth. *train* and *val* fall together, so what the network
# learns on *train* also holds on *val*. The dotted line marks the weights that were kept: those with the lowest
# loss on *val*.
#
# The loss does not reach 0, because `fit` asks the network never to be completely sure. In the first epochs
# *val* can look better than *train*: the train figures are averaged while the network is still learning.
#
# Expect 97 to 100 % on both. The next cell checks it: a ✓ means that your machine got what the text says.

# %%
expect("train accuracy", run.metrics["train_accuracy"], 0.97, 1.0)
expect("validation accuracy", run.metrics["val_accuracy"], 0.97, 1.0)

# %% [markdown]
# **Try it.** In a new cell, train another network for 3 epochs and look at its curves. Are they still moving at
# the last point? Then training stopped too early.
#
# ```python
# short = training.fit(models.build("small_cnn", split.train), split.train, split.val, epochs=3)
# axes = plots.learning_curves(short)
# ```

# %% [markdown]
# **How good is it on images that it has never seen?** Now, and only now, we look at *test*.

# %%
report = evaluation.evaluate(model, split.test)
report

# %% [markdown]
# Read three columns: the accuracy, its interval, and the number of wrong images. The other two come later in
# the course. Expect 95 to 100 % accuracy and an interval at most 5 points wide.

# %%
expect("test accuracy", report.accuracy, 0.95, 1.0)
expect("width of its 95 % interval", report.interval[1] - report.interval[0], 0.0, 0.05)

# %% [markdown]
# Why an **interval**? We judged a few hundred images, not all digits of this kind. The accuracy on all of them
# most likely lies within the interval. More test images make it narrower.

# %% [markdown]
# **Exercise.** Is that good? Compare it with a "model" that never looks: it always says the digit that is most
# frequent in *test*. Predict its accuracy, as a share such as `0.75`, before you run the cell after the check.

# %%
### BEGIN SOLUTION
my_accuracy = 0.10  # 55 of 539 images
### END SOLUTION

# %%
check("roadmap.always_the_same", my_accuracy)

# %%
always_the_same = split.test.counts().max() / len(split.test)
expect("accuracy of always the same digit", always_the_same, 0.10, 0.11)

# %% [markdown]
# **Which digits does it mix up?** In a *confusion matrix* each row is a true class and each column a
# prediction. Right answers lie on the diagonal.

# %%
ax = plots.confusion(report)

# %% [markdown]
# Almost everything lies on the diagonal. A cell beside it with a single image is no pattern yet; a cell with
# many would be.
#
# **What do the mistakes look like?** The caption of each is *true → predicted*, and how sure the network was.

# %%
ax = plots.wrong_examples(report, n=6)

# %%
expect("wrong test images", len(report.wrong), 1, 25)

# %% [markdown]
# There are a few, between 1 and 25. Could you have read them? The order is by confidence, because a mistake that
# the network is sure of is the more dangerous one.

# %% [markdown]
# **Exercise.** Where does a confidence come from? The network's own scores may be any numbers, also large ones, or
# below 0. *Softmax* makes shares of them: raise e to each score, and divide each result by the sum of all. The
# largest share is the confidence. Write it for the scores of one image, a tensor with a number per class.

# %%
import torch


def confidence(scores):
    ### BEGIN SOLUTION
    powers = torch.exp(scores - scores.max())  # at most 1, so none is too large
    return powers.max() / powers.sum()
    ### END SOLUTION


# %%
check("roadmap.confidence", confidence)

# %% [markdown]
# ## 4 · The evidence card
#
# A number alone convinces nobody. The card holds what does: the split, the predictions, the metrics, the
# failures that were looked for, and the results. First, an *audit* looks for what could make the split lie.

# %%
audit = splits.audit(split)
audit

# %% [markdown]
# No image lies on two sides. A few look alike: simple ones mostly, and that is chance, not copying. One check
# could not be made. The images are new, but the *writers* may not be, and nobody noted who wrote what. The next
# notebook shows why that matters.
#
# **What did you see?** One thing only you can add: a sentence on a failure image. Look at the first wrong image
# above and write what makes it look like the other digit.

# %%
my_sentence = ""  # between the quotes, for example: The loop of the 9 is closed, as in an 8.

card = evidence.make(
    "Digits with a small CNN",
    split=split,
    audit=audit,
    run=run,
    report=report,
    sentence=my_sentence,
)
card.save("evidence/digits")
card.missing

# %% [markdown]
# The list says what is missing. When it is empty, the card is complete. Here it is, as it was saved in
# `evidence/digits`: `card.html` to hand in, `results.csv` with a row for each card, and the wrong images.

# %%
card

# %% [markdown]
# **Try it.** Write your sentence, run the two cells again, and see the card without its warning.

# %%
progress()

# %% [markdown]
# ## Summary
#
# - A classifier gives every class a score. The highest one is the prediction, its score the confidence.
# - *train* teaches, *val* chooses, *test* judges once.
# - Accuracy needs its interval, its confusion matrix and its wrong images.
#
# **Next:** in [01 · Data split](01_data_split.ipynb) the same network gets two very different scores on the
# same data. You will see which of them to believe.
