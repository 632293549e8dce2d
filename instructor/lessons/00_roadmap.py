# %% [markdown]
# # 00 · Image in, label out
#
# **Given a whole image, which class best describes it?**
#
# At the end of this notebook you can
#
# - turn scores into a prediction and a confidence,
# - train a classifier on real handwriting and say how good it is,
# - show one image that it gets wrong, and hand in an evidence card.
#
# | section | time |
# |---|---|
# | 1 · Prediction check | 3 min |
# | 2 · The road ahead | 2 min |
# | 3 · Your first classifier in a minute | 8 min |
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
# The **prediction** is the label with the highest score. The **confidence** is that score.
#
# Keep both, and the other scores too. `0.74` and `0.35` can give the same label, but they do not deserve
# the same trust.
#
# **Try it.** Change the scores to `0.34, 0.33, 0.33`. The prediction changes. Would you bet on it?

# %% [markdown]
# ## 2 · The road ahead
#
# Behind those three scores stand many decisions. The course takes them one at a time, and ends with evidence.
#
# <img src="../assets/learning_flow.svg" width="700" alt="Learning flow of the chapter: a picture and the question which class best describes it, a prediction check (dog, confidence 0.74), three steps (augmentation, architectures, training), an evidence card with five fields, and a pass check from which a dotted arrow leads back to the step that fixes a failure.">

# %% [markdown]
# ## 3 · Your first classifier in a minute
#
# **What does an image look like to a computer?** Here are real digits, written by people's hands.
# Each image is 8 × 8 numbers: 0 is black, 255 is white.

# %%
from course_lib import datasets, evaluation, evidence, expect, models, plots, splits, training

digits = datasets.load("digits")
ax = plots.samples(digits)

# %%
digits.images[0, 0]  # the first image, as the computer sees it

# %% [markdown]
# **Which images may teach, and which may judge?** An exam with last week's homework questions proves little.
# So we cut the images into three parts. *train* teaches, *val* helps to choose, *test* judges once, at the end.

# %%
split = splits.make(digits, val=0.15, test=0.30, seed=3)
split

# %% [markdown]
# **Can a small network learn this?** `small_cnn` has about 24,000 numbers that training may change.
# `fit` shows it the train images 15 times; each time is called an *epoch*.

# %%
model = models.build("small_cnn", split.train)
run = training.fit(model, split.train, split.val)
axes = plots.learning_curves(run)

# %%
expect("train accuracy", run.metrics["train_accuracy"], 0.97, 1.0)
expect("validation accuracy", run.metrics["val_accuracy"], 0.97, 1.0)

# %% [markdown]
# The *loss* measures how far the scores are from the truth. Both curves fall together, so what the network
# learns on *train* also holds on *val*. The dotted line marks the weights that were kept: those with the
# lowest loss on *val*.

# %% [markdown]
# **How good is it on images that it has never seen?** Now, and only now, we look at *test*.

# %%
report = evaluation.evaluate(model, split.test)
report

# %%
expect("test accuracy", report.accuracy, 0.95, 1.0)
expect("width of its 95 % interval", report.interval[1] - report.interval[0], 0.0, 0.05)

# %% [markdown]
# The accuracy comes with an **interval**. We judged a few hundred images, not all digits in the world: with
# other test images the figure would move, most likely within this interval.
#
# **Which digits does it mix up?** In a *confusion matrix* each row is a true class and each column a
# prediction. Right answers lie on the diagonal.

# %%
ax = plots.confusion(report)

# %% [markdown]
# **What do the mistakes look like?** The caption of each is *true → predicted*.

# %%
ax = plots.wrong_examples(report, n=6)

# %%
expect("wrong test images", len(report.wrong), 1, 25)

# %% [markdown]
# Look at the first one. Could you have read it? Some mistakes are the network's, some are the writer's.
# The order is by confidence: a mistake that the network is sure of is the more dangerous one.
#
# **Try it.** Set `epochs=3` in `fit` and run the cells below it again. Which curve tells you first that
# something is missing?

# %% [markdown]
# ## 4 · The evidence card
#
# A number alone convinces nobody. The card holds what does: the split, the predictions, the metrics, the
# failures that were looked for, and the results. The audit looks for what could make the split lie.

# %%
audit = splits.audit(split)
audit

# %%
card = evidence.make("Digits with a small CNN", split=split, audit=audit, run=run, report=report)
card.missing

# %% [markdown]
# One thing only you can add: what went wrong on a failure image. Replace the sentence with your own.

# %%
worst = report.errors(1).iloc[0]
card = card.explain(f"A {worst.true} was taken for a {worst.predicted}: in 8 × 8 pixels their strokes run together.")
card.save("evidence/digits")
card

# %% [markdown]
# The card is saved in `evidence/digits`: `card.html` to hand in, `results.csv` with a row for each run, and
# the wrong images as pictures.
#
# ## Summary
#
# - A classifier gives every class a score. The highest one is the prediction, its score the confidence.
# - *train* teaches, *val* chooses, *test* judges once.
# - Accuracy needs its interval, its confusion matrix and its wrong images.
#
# **Next:** in [01 · Data split](01_data_split.ipynb) the same network gets two very different scores on the
# same animals. Only one of them is true.
