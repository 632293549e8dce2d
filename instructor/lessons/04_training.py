# %% [markdown]
# # 04 · Training
#
# **How does a network learn, and how do you tell what went wrong?**
#
# At the end of this notebook you can
#
# - write the training loop yourself, and say what each line does,
# - choose a learning rate from a measurement, and name what a curve tells you,
# - see through an accuracy of 95 %, and keep a log of what you tried.
#
# | section | time |
# |---|---|
# | 1 · The loop, written out | 10 min |
# | 2 · The learning rate | 10 min |
# | 3 · Schedules | 5 min |
# | 4 · Batch size and overfitting | 10 min |
# | 5 · When accuracy lies | 10 min |
# | 6 · Reading curves | 10 min |
# | 7 · The training log | 10 min |

# %% [markdown]
# ## 1 · The loop, written out
#
# **What happens inside `fit`?** Small photos of cats, dogs and pandas, cut by animal. 32 × 32 pixels are enough
# here, and keep every training at a few seconds.

# %%
from course_lib import (
    datasets,
    evaluation,
    evidence,
    expect,
    learning_rate,
    logbook,
    models,
    plots,
    splits,
    training,
    widgets,
)

critters = datasets.load("critters", n=700, size=32, seed=2)
split = splits.make(critters, val=0.3, test=0.3, by="group", seed=0)
split

# %% [markdown]
# A network starts with random weights. Training repeats four lines:
#
# 1. **forward**: what does the network say about a batch of images?
# 2. **loss**: how far is that from the truth?
# 3. **backward**: in which direction would each weight make the loss smaller? That direction is the *gradient*.
# 4. **step**: move every weight a little in that direction.
#
# First the parts. The *criterion* is the loss. The *optimizer* makes the steps; AdamW is a common one, and `fused`
# only makes it faster. The *learning rate* says how long the steps are. Label smoothing and weight decay come in
# section 4, the schedule in section 3: take them as given until then.

# %%
import math

import torch
from torch import nn

EPOCHS, RATE, BATCH = 6, 4e-3, 32
images, labels = split.train.images, split.train.labels
steps = math.ceil(len(labels) / BATCH)  # batches per epoch

model = models.build("small_cnn", split.train)
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05, fused=True)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * steps)

# %% [markdown]
# Then the loop. `randperm` shuffles; `tensor_split` cuts the shuffled order into batches.

# %%
torch.manual_seed(0)
by_hand = []
for _ in range(EPOCHS):
    model.train()  # learning mode
    losses = []
    for batch in torch.randperm(len(labels)).tensor_split(steps):
        loss = criterion(model(images[batch]), labels[batch])  # forward, loss
        optimizer.zero_grad()  # forget the gradients of the last batch
        loss.backward()  # backward
        optimizer.step()  # step
        schedule.step()  # the rate for the next batch
        losses.append(loss.item())
    model.eval()  # judging mode
    with torch.no_grad():  # val is only looked at: nothing is learnt from it
        val_loss = criterion(model(split.val.images), split.val.labels).item()
    by_hand.append((sum(losses) / steps, val_loss))

# %% [markdown]
# That is all. **Is `fit` the same?** It adds what the loop above lacks: it keeps the best weights, stops early,
# shows a progress bar and writes down what it did. `live_curves` draws the curves while it trains.

# %%
model = models.build("small_cnn", split.train)
live = widgets.live_curves(EPOCHS)
run = training.fit(model, split.train, split.val, epochs=EPOCHS, device="cpu", on_epoch=live)

# %%
import numpy as np

difference = np.abs(
    run.history[["train_loss", "val_loss"]].to_numpy() - np.array(by_hand)
).max()
expect("largest difference between the two loss histories", difference, 0, 1e-3)

# %% [markdown]
# The two histories are the same. (`device="cpu"` is there because a graphics card, a *GPU*, would round differently.)
#
# **Try it.** Delete the line `optimizer.zero_grad()` and run the cells again, from the parts on. The gradients of all
# batches add up. The ✓ becomes an error, and that is meant. Put the line back.
#
# From here on we use `fit`, and you know what it does. We will train many times, so here is a short name for "a new
# network from the same start, trained with these settings".


# %%
def train(images=split.train, val=split.val, seed=0, **settings):
    model = models.build("small_cnn", images, seed=seed)
    return training.fit(model, images, val, seed=seed, **settings)


# %% [markdown]
# **Exercise.** Write the criterion for one image. `logits` are its scores, one for each class, and `label` is the
# number of the true one. Softmax makes confidences of them: e to the power of each, divided by the sum of these. The
# *cross-entropy* is minus the natural logarithm of the confidence in the true class. A logit may be as large as 1,000.

# %%
from course_lib.exercises import check, progress


def cross_entropy(logits, label):
    ### BEGIN SOLUTION
    return torch.logsumexp(logits, 0) - logits[label]
    ### END SOLUTION


# %%
check("training.cross_entropy", cross_entropy)

# %% [markdown]
# ## 2 · The learning rate
#
# **How long should a step be?** It is the first knob to turn. Measure before you guess: a *range test* takes one
# batch after the other, and a larger learning rate for each.

# %%
test = learning_rate.range_test(models.build("small_cnn", split.train), split.train)
ax = plots.range_test(test)

# %% [markdown]
# Read it from left to right. On the left the steps are so short that nothing happens. In the middle the loss falls.
# On the right the steps are too long, and the loss climbs. A good rate lies well before the climb. A common choice is
# a tenth of the rate where the loss stops falling: here between 0.001 and 0.02.

# %%
expect("suggested learning rate", test.suggested, 0.001, 0.02)

# %% [markdown]
# **Is that so?** The same network and the same images, with three learning rates. The middle one is near the
# suggestion; it is also what `fit` takes when you do not say.

# %%
by_rate = {
    "too low: 0.00001": train(epochs=8, lr=1e-5),
    "right: 0.004": train(epochs=8, lr=4e-3),
    "too high: 1": train(epochs=8, lr=1.0),
}
comparison = training.compare(by_rate)
axes = plots.compare(comparison)

# %%
comparison

# %%
reached = {name: run.metrics["val_accuracy"] for name, run in by_rate.items()}
right = reached.pop("right: 0.004")
expect("val accuracy with the right rate", right, 0.7, 0.97)
expect("points that it is ahead of the others", 100 * (right - max(reached.values())), 8, 70)

# %% [markdown]
# Too low looks as if there were nothing to learn: on the right it stays near the 33 % of guessing. Too high jumps,
# because each step overshoots. The middle one is at least 8 points ahead of both. So before you change the network,
# change the learning rate.

# %% [markdown]
# ## 3 · Schedules
#
# **Must the rate stay the same?** Long steps are good far from the goal, and short ones near it. A *schedule* changes
# the rate during training. The classic worked example: begin at 0.001 and take a tenth after every 5 epochs.

# %%
for epoch, rate in enumerate(learning_rate.rates("step", 1e-3, epochs=15, steps=1), start=1):
    if epoch % 5 == 1:
        print(f"from epoch {epoch:2d}: {rate:.6f}")

# %%
ax = plots.schedules(["constant", "step", "cosine", "one_cycle"], lr=0.01, epochs=12)

# %% [markdown]
# One-cycle also *starts* low: the first steps of a network with random weights point in poor directions. (Until now
# `fit` used it, and the learning rate was its highest point.)
#
# **Which is best?** All four from the same start, with the same highest rate.

# %%
names = ("constant", "step", "cosine", "one_cycle")
by_schedule = {name: train(epochs=12, lr=0.01, schedule=name) for name in names}
axes = plots.compare(training.compare(by_schedule))

# %%
late = by_schedule["step"].history.val_accuracy.tail(5)
expect("points that step moves in its last 5 epochs", 100 * (late.max() - late.min()), 0, 8)
for name, run in by_schedule.items():
    expect(f"val accuracy, {name}", run.metrics["val_accuracy"], 0.65, 0.96)

# %% [markdown]
# *step* falls so early here that it stands still in its last epochs; it was made for long trainings. The others jump
# while their rate is high. One-cycle and cosine come to rest as it falls.
#
# Which is best? One training each cannot say. `val` has 210 photos of 30 animals, so one animal more or less is about
# three points. **Try it.** Put `seed=1` into the call of `train` above. Is the order still the same?

# %% [markdown]
# **Exercise.** Write the step schedule: a list with the rate of each epoch. It starts at `lr` and falls to a tenth
# after every `every` epochs.


# %%
def step_rates(lr, epochs, every):
    ### BEGIN SOLUTION
    return [lr * 0.1 ** (epoch // every) for epoch in range(epochs)]
    ### END SOLUTION


# %%
check("training.step_rates", step_rates)

# %% [markdown]
# ## 4 · Batch size and overfitting
#
# **How many images per step?** With batches of 8 an epoch of these 280 images has 35 steps. With one batch of all
# images it has a single one.

# %%
by_batch = {f"batches of {n}": train(epochs=8, batch_size=n) for n in (8, 32, 280)}
axes = plots.compare(training.compare(by_batch))

# %%
reached = {name: run.metrics["val_accuracy"] for name, run in by_batch.items()}
ahead = reached["batches of 8"] - reached["batches of 280"]
expect("val accuracy, batches of 8", reached["batches of 8"], 0.75, 0.96)
expect("points that batches of 8 are ahead of one of 280", 100 * ahead, 10, 65)

# %% [markdown]
# After 8 epochs the single large batch has made 8 steps, and the small ones 280. (And the network also keeps running
# averages of what it sees. After 8 steps they are not up to date, which hurts *val* even more.) Large batches use a GPU
# better and give calmer steps, but they need more epochs. If you change the batch size, look for the learning rate anew.
#
# **Try it.** Give the batch of 280 forty epochs: `train(epochs=40, batch_size=280)`. Does it get there?
#
# **Exercise.** Predict: 1,000 images in batches of 64, for 20 epochs. How many steps are that? The last batch of an
# epoch may be smaller.

# %%
### BEGIN SOLUTION
my_steps = math.ceil(1000 / 64) * 20
### END SOLUTION

# %%
check("training.steps", my_steps)

# %% [markdown]
# **What if there are few images?** Now only 60 of them teach. Regularisation makes learning by heart harder:
#
# - *weight decay* pulls all weights towards 0 at every step,
# - *label smoothing* asks for a little less than 100 % certainty,
# - *dropout* switches off features at random while training, so that none can be relied on alone.

# %%
few = split.train[:60]
plain = {"schedule": "constant", "epochs": 25, "patience": 25}
plain |= {"weight_decay": 0.0, "label_smoothing": 0.0}  # |= adds settings
with_dropout = models.build("small_cnn", few, dropout=0.5)

by_way = {
    "none": train(few, **plain),
    "weight decay 0.5": train(few, **{**plain, "weight_decay": 0.5}),
    "label smoothing 0.1": train(few, **{**plain, "label_smoothing": 0.1}),
    "dropout 0.5": training.fit(with_dropout, few, split.val, **plain),
}
axes = plots.cases(by_way, columns=4)


# %%
def gap(run):
    """Points of accuracy between train and val at the end."""
    last = run.history.iloc[-1]
    return 100 * (last["train_accuracy"] - last["val_accuracy"])


for name, run in by_way.items():
    expect(f"points between train and val, {name}", gap(run), 8, 55)
expect("the same with all 280 images", gap(by_rate["right: 0.004"]), -5, 18)

# %% [markdown]
# With 60 images *train* ends 8 points or more above *val*. That gap is *overfitting*: the network knows these 60 photos,
# and not what makes a cat. In such a short training none of the three closes the gap. More images do: with all 280 of
# them it is smaller.
#
# **When should training stop?** When the loss on `val` no longer gets better. `patience=6` waits 6 epochs for that,
# then ends, and `fit` goes back to the best epoch. This is *early stopping*.

# %%
stopped = train(few, **{**plain, "epochs": 80, "patience": 6})
axes = plots.learning_curves(stopped)

# %%
expect("epochs made, of 80", len(stopped.history), 8, 79)

# %% [markdown]
# The dotted line is the epoch that was kept; six more came, and none was better. **Try it.** In a new cell, stop with
# `patience=2`. Is that too soon?

# %% [markdown]
# **Exercise.** Write early stopping. `val_losses` holds the loss on *val* of every epoch that could be made. After which
# of them does training end, counted from 1? When `patience` epochs in a row were not better than the best before them;
# if that never comes, after the last.


# %%
def early_stopping(val_losses, patience):
    ### BEGIN SOLUTION
    best = 1
    for epoch, loss in enumerate(val_losses, start=1):
        if loss < val_losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(val_losses)
    ### END SOLUTION


# %%
check("training.early_stopping", early_stopping)

# %% [markdown]
# ## 5 · When accuracy lies
#
# **What if one class is rare?** `thin` keeps all cats, and so few dogs that they are 5 % of every part.

# %%
pets = datasets.load("critters", n=1800, size=24, seed=3, species=("cat", "dog"))
pets = splits.make(pets, val=0.4, test=0.2, by="group", seed=0)
rare = splits.thin(pets, "dog", share=0.05)
ax = plots.class_balance(rare)

# %% [markdown]
# A model that always says *cat* is right in 95 % of all cases and knows nothing. **Does ours know more?** Two new
# figures tell:
#
# - **recall** of the class dog: of all dogs, how many are found?
# - **precision** of the class dog: of all that are called dogs, how many are dogs?
#
# Besides doing nothing, there are three ways to give the dogs their say:
#
# - **weighted**: a dog counts 19 times as much in the loss as a cat,
# - **sampling**: a dog is drawn 19 times as often,
# - **focal**: an image counts less, the surer the network is of it (Lin et al. 2017).

# %%
ways = ("none", "weighted", "sampling", "focal")
by_balance = {way: train(rare.train, rare.val, epochs=16, balance=way) for way in ways}
judged = {way: evaluation.evaluate(run.model, rare.val) for way, run in by_balance.items()}
ax = plots.rare_class(judged, "dog")

# %%
dog = {way: report.per_class.loc["dog"] for way, report in judged.items()}
expect("accuracy, none", judged["none"].accuracy, 0.93, 0.99)
expect("recall of dogs, none", dog["none"].recall, 0.0, 0.5)
expect("recall of dogs, focal", dog["focal"].recall, 0.0, 0.55)
for way in ("weighted", "sampling"):
    more = 100 * (dog[way].recall - dog["none"].recall)
    expect(f"points of recall that {way} adds", more, 15, 100)
    expect(f"precision of dogs, {way}", dog[way].precision, 0.1, 0.6)

# %% [markdown]
# With nothing done the accuracy is 93 % or more, and at most half of the dogs are found. Weights and sampling find far
# more of them. The price: about every second "dog", or more, is a cat, and the accuracy falls. Focal changes little here.
#
# None of them adds knowledge: 19 dogs remain 19 dogs. More dogs would be better. Which way to take depends on what a
# missed dog costs, and what a false alarm does.
#
# **Try it.** In a new cell, train with 200 dogs and compare:
#
# ```python
# more = splits.thin(pets, "dog", share=0.35)
# run = train(more.train, rare.val, epochs=16)
# many = evaluation.evaluate(run.model, rare.val)
# ax = plots.rare_class({"19 dogs": judged["none"], "200 dogs": many}, "dog")
# ```

# %% [markdown]
# ## 6 · Reading curves
#
# **What does a curve tell?** This map goes from what you see to what to try first.
#
# <img src="../assets/diagnosis_map.svg" width="700" alt="Training diagnosis map: six pictures of curves, each with its cause and the first step: both stay poor (underfitting or a small learning rate), train good and val poor (overfitting or a bad split), jumping (learning rate or batch), val too good to be true (leakage), accuracy hides a class (class imbalance), and both good and close.">
#
# And here are the six cases, from real trainings. Four are from above. For *jumping* the rate is too high and the
# batches are small. For *leakage* the val images are mirrored copies of the train images.

# %%
from course_lib.imageset import ImageSet

jumping = train(epochs=12, lr=0.1, batch_size=8, schedule="constant")

mirrored = ImageSet(few.images.flip(-1), few.labels, few.classes, name="mirrored train")
leaking = train(few, mirrored, **plain)

# %%
axes = plots.cases(
    {
        "1 · both stay poor": by_rate["too low: 0.00001"],
        "2 · train good, val poor": by_way["none"],
        "3 · jumping": jumping,
        "4 · val too good to be true": leaking,
        "5 · a class is ignored, and it looks fine": by_balance["none"],
        "6 · both good, and close": by_batch["batches of 8"],
    },
    what="loss",
)

# %% [markdown]
# Compare shapes, not heights. The map draws extremes; real cases are often milder. Look at 4 beside 2: the same 60
# images, the same network, the same settings. Only *val* differs, and with copies in it *val* looks far better. And
# case 5 cannot be seen in a curve at all: that takes the recall of each class.

# %%
honest, copied = by_way["none"].metrics["val_loss"], leaking.metrics["val_loss"]
truth = evaluation.evaluate(leaking.model, split.val).accuracy
expect("val loss with copies, as a share of the honest one", copied / honest, 0.0, 0.85)
expect("points lost on new images", 100 * (leaking.metrics["val_accuracy"] - truth), 5, 50)

# %% [markdown]
# **Try it.** Cover the titles with your hand. Can you still name each case?

# %% [markdown]
# **Exercise.** Name the fault, and say why. At the end of a training *train* accuracy is 99 % and *val* 98 %. On photos of
# new animals, taken in the same way, it is 71 %. Is it `"underfitting"`, `"overfitting"`, `"jumping"`, `"leakage"`,
# `"an ignored class"` or `"no fault"`?

# %%
### BEGIN SOLUTION
my_fault = "leakage"
my_reason = "val is as good as train and new animals are not, so val was not new"
### END SOLUTION

# %%
check("training.name_the_fault", my_fault, because=my_reason)

# %% [markdown]
# ## 7 · The training log
#
# **What did I try last week?** Without a log nobody knows. Train once more, with your own settings, and keep it.

# %%
my_name = "first try"
my_settings = {"epochs": 12, "lr": 4e-3, "schedule": "one_cycle", "batch_size": 32}

my_run = train(**my_settings, on_epoch=widgets.live_curves(my_settings["epochs"]))
on_val = evaluation.evaluate(my_run.model, split.val)

# %% [markdown]
# **Which images are wrong?** Look at 20 of them after every training, and sort them by cause. *Wrong region* means that
# the network looked at something else, such as the background. How many different *animals* are among them?

# %%
axes = plots.wrong_examples(on_val, n=20), plots.confusion(on_val)

# %%
my_causes = {
    "wrong label": 0,
    "poor quality": 0,
    "ambiguous class": 0,
    "wrong region": 0,
    "too few like it": 0,
}
my_next_step = ""  # what would you try next, and why?

nouns = {"run": my_run, "split": split, "report": on_val}
logbook.save(f"runs/{my_name}", **nouns, causes=my_causes, next_step=my_next_step)

# %% [markdown]
# The folder `runs/first try` now holds all of this: the settings, where it ran, `history.csv`, `curves.png`, the
# weights, the confusion matrix, the wrong images, and what you wrote. The report is on *val*, because the log is for
# choosing. *test* waits until you have chosen.
#
# **Try it.** Change one setting and `my_name`, run the last cells again, and put the two side by side:
#
# ```python
# from course_lib.runs import Run
#
# training.compare({name: Run.load(f"runs/{name}") for name in ("first try", "second try")})
# ```

# %% [markdown]
# **Your practice output.** What do split, loss, accuracy, overfitting and the wrong images say about your training?
# Two or three sentences go onto your evidence card, with the curves and the wrong images. (The card was begun with
# larger photos; these curves come from the small ones of this notebook.)

# %%
my_answer = ""  # between the quotes

curves, wrong = plots.learning_curves(my_run), plots.wrong_examples(on_val, n=20)
card = evidence.practice("evidence/critters", "training", my_answer, axes=[curves, wrong])
card

# %%
progress()

# %% [markdown]
# ## Summary
#
# - Training is forward, loss, backward, step, again and again.
# - The learning rate comes first: measure it with a range test.
# - Read *train* and *val* together. Both poor, a gap, jumps and a *val* too good each have their own cause.
# - Accuracy hides rare classes. Read recall and precision per class.
# - Keep a log, and look at the wrong images after every run.
#
# **Next:** *05 · Evidence*: why a wrong image is wrong, and how to prove it.
