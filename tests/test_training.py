"""fit: trains in place, keeps the best weights, repeats itself bit for bit, and survives the stop button and NaN."""

import json

import pytest
import torch

from course_lib import datasets, learning_rate, models, splits, training
from course_lib.augment import Policy
from course_lib.imageset import ImageSet
from course_lib.runs import Run


@pytest.fixture(scope="module")
def split() -> splits.Split:
    return splits.make(datasets.load("digits")[:400])


def quick(split: splits.Split, network: str = "linear", **options) -> Run:
    model = models.build(network, split.train)
    return training.fit(model, split.train, split.val, **({"epochs": 3} | options))


def test_it_learns_to_read_digits(split):
    run = quick(split, "small_cnn", epochs=8, batch_size=16)
    assert run.metrics["val_accuracy"] > 0.85
    assert run.history.train_loss.iloc[-1] < run.history.train_loss.iloc[0]


def test_history_has_a_row_per_epoch_with_losses_accuracies_rate_and_seconds(split):
    history = quick(split, epochs=4).history
    columns = ["epoch", "train_loss", "val_loss", "train_accuracy", "val_accuracy", "lr", "seconds"]
    assert list(history.columns) == columns
    assert history.epoch.tolist() == [1, 2, 3, 4]
    assert history[["train_accuracy", "val_accuracy"]].stack().between(0, 1).all()
    assert history.lr.iloc[-1] < history.lr.max() <= 4e-3


def test_the_model_holds_the_weights_of_the_epoch_with_the_lowest_validation_loss(split):
    run = quick(split, "small_cnn", epochs=6, lr=0.1)
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=run.config["label_smoothing"])
    loss = criterion(models.predict(run.model, split.val.images), split.val.labels)
    assert float(loss) == pytest.approx(run.metrics["val_loss"], abs=1e-5)


def test_the_trained_model_answers_the_same_however_it_is_called(split):
    run = quick(split, "small_cnn", epochs=1)
    images = split.val.images
    assert torch.equal(run.model(images), run.model(images))
    assert torch.allclose(run.model(images), models.predict(run.model, images), atol=1e-5)


def test_same_seed_same_weights_bit_for_bit_and_another_seed_others(split):
    first, again, other = (quick(split, "small_cnn", epochs=2, seed=s) for s in (4, 4, 5))
    assert all(torch.equal(first.last[name], again.last[name]) for name in first.last)
    assert not torch.equal(first.last["head.weight"], other.last["head.weight"])


def test_the_callers_random_state_is_untouched(split):
    before = torch.random.get_rng_state()
    quick(split, epochs=1)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_validation_is_seen_in_its_own_order_and_only_in_eval_mode(split, monkeypatch):
    seen = []
    forward = models.Classifier.forward

    def spy(model, images):
        seen.append((model.training, images))
        return forward(model, images)

    monkeypatch.setattr(models.Classifier, "forward", spy)
    quick(split, epochs=2)
    judged = [images for in_training, images in seen if not in_training]
    assert len(judged) == 2
    assert all(torch.equal(images, split.val.images) for images in judged)


def test_every_train_image_is_used_once_per_epoch_in_batches_of_nearly_equal_size(split, monkeypatch):
    sizes = []
    forward = models.Classifier.forward

    def spy(model, images):
        sizes.append(len(images)) if model.training else None
        return forward(model, images)

    monkeypatch.setattr(models.Classifier, "forward", spy)
    quick(split, epochs=1, batch_size=64)
    assert sum(sizes) == len(split.train)
    assert max(sizes) <= 64
    assert max(sizes) - min(sizes) <= 1


def test_it_stops_early_when_validation_gets_no_better(split):
    run = quick(split, "small_cnn", epochs=40, lr=0.05, patience=2)
    assert len(run.history) < 40
    assert len(run.history) - run.best_epoch == 2


def test_a_loss_that_is_no_number_stops_with_the_step_the_rate_and_what_to_try(split):
    model = models.build("linear", split.train)
    with torch.no_grad():
        model.head.weight[0, 0] = float("nan")
    with pytest.raises(FloatingPointError, match=r"step 1, where the learning rate was .*: .* ten times smaller"):
        training.fit(model, split.train, split.val, epochs=2)
    with pytest.raises(FloatingPointError, match="no longer a number at step"):
        quick(split, lr=1e300, epochs=1, batch_size=1000)  # one step: only validation can tell


def test_the_stop_button_keeps_what_is_trained(split, monkeypatch):
    validate, calls = training._validate, []

    def press_stop(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return validate(*args)

    monkeypatch.setattr(training, "_validate", press_stop)
    run = quick(split, epochs=9)
    assert run.interrupted
    assert "interrupted" in repr(run)
    assert len(run.history) == 2
    assert torch.equal(run.model.head.weight, run.best["head.weight"])
    assert not torch.equal(run.best["head.weight"], run.last["head.weight"])


def test_the_stop_button_before_the_first_epoch_ends_still_gives_a_run(split, monkeypatch, tmp_path):
    monkeypatch.setattr(training, "_validate", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
    run = quick(split)
    assert run.interrupted
    assert run.history.empty
    assert run.best_epoch == 0
    assert run.metrics == {}
    assert run._repr_html_()
    assert Run.load(run.save(tmp_path)).interrupted


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1; got 0"),
        ({"batch_size": 2.5}, "batch_size must be .* got 2.5"),
        ({"lr": 0.0}, "lr must be a number over 0; got 0.0"),
        ({"lr": float("nan")}, "lr must be a number over 0; got nan"),
        ({"label_smoothing": 1.0}, "label_smoothing must be a number from 0 to below 1; got 1.0"),
        ({"device": "warp"}, "device 'warp' is not there"),
        ({"weight_decay": -1}, "weight_decay must be a number of 0 or more; got -1"),
        ({"weight_decay": float("nan")}, "weight_decay must be a number of 0 or more; got nan"),
        ({"epochs": "many"}, "epochs must be a whole number of at least 1; got 'many'"),
        ({"policy": "light"}, "policy must be a Policy or None; got 'light'"),
        ({"lr": "fast"}, "lr must be a number over 0; got 'fast'"),
    ],
)
def test_arguments_that_cannot_be_are_refused_in_one_sentence(split, options, says):
    with pytest.raises(ValueError, match=says):
        quick(split, **options)


def test_images_that_do_not_fit_the_model_are_refused(split):
    model = models.build("linear", split.train)
    with pytest.raises(ValueError, match="fit needs images in val; got an empty"):
        training.fit(model, split.train, split.val[[]])
    with pytest.raises(ValueError, match="the model was built for"):
        training.fit(model, datasets.load("critters", n=6, size=16), split.val)


def test_a_class_without_train_images_is_named(split):
    model = models.build("linear", split.train)
    without = split.train[(split.train.labels != 3) & (split.train.labels != 8)]
    with pytest.raises(ValueError, match="every class needs train images; got none of '3', '8'"):
        training.fit(model, without, split.val)


@pytest.mark.parametrize(("option", "kind"), [("schedule", "schedule"), ("balance", "way to balance classes")])
def test_an_unknown_schedule_or_balance_is_refused_before_training(split, option, kind):
    with pytest.raises(ValueError, match=f"no {kind} called 'nonsense', only"):
        quick(split, **{option: "nonsense"})


@pytest.mark.parametrize("schedule", learning_rate.SCHEDULES)
def test_the_rate_of_each_epoch_follows_the_schedule(split, schedule):
    run = quick(split, epochs=6, schedule=schedule, lr=0.01, batch_size=64)
    steps = -(-len(split.train) // 64)
    used = learning_rate.rates(schedule, 0.01, epochs=6, steps=steps)
    assert run.history.lr.to_numpy() == pytest.approx(used[steps - 1 :: steps])  # of the last batch of each epoch


def test_only_the_train_images_are_augmented(split, monkeypatch):
    seen = {True: [], False: []}
    forward = models.Classifier.forward

    def spy(model, images):
        seen[model.training].append(images)
        return forward(model, images)

    monkeypatch.setattr(models.Classifier, "forward", spy)
    run = quick(split, epochs=2, policy=Policy(rotate=0.3, brightness=0.5, name="both"))
    originals = {image.numpy().tobytes() for image in split.train.images}
    changed = [image.numpy().tobytes() not in originals for batch in seen[True] for image in batch]
    assert sum(changed) > 0.9 * len(changed)
    assert all(torch.equal(images, split.val.images) for images in seen[False])
    assert run.config["policy"] == {"rotate": 0.3, "brightness": 0.5}


def test_every_epoch_augments_anew_and_the_same_seed_the_same_way(split, monkeypatch):
    epochs = []
    apply = Policy.apply

    def spy(policy, images, targets, drawn):
        epochs.append(drawn.clone())
        return apply(policy, images, targets, drawn)

    monkeypatch.setattr(Policy, "apply", spy)
    policy = Policy(shift=0.3)
    first, again = (quick(split, epochs=2, policy=policy, batch_size=1000) for _ in range(2))
    assert torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], epochs[1])
    assert all(torch.equal(first.last[name], again.last[name]) for name in first.last)


def test_mixed_images_come_with_mixed_labels(split, monkeypatch):
    targets = []
    apply = Policy.apply

    def spy(policy, images, shares, drawn):
        images, shares = apply(policy, images, shares, drawn)
        targets.append(shares)
        return images, shares

    monkeypatch.setattr(Policy, "apply", spy)
    run = quick(split, "small_cnn", epochs=6, policy=Policy(mixup=0.5), batch_size=16)
    assert torch.allclose(torch.cat(targets).sum(1), torch.ones(len(split.train) * 6), atol=1e-5)
    assert (torch.cat(targets).amax(1) < 0.99).float().mean() > 0.3
    assert run.metrics["val_accuracy"] > 0.5


def test_balance_finds_more_of_a_rare_class():
    digits = datasets.load("digits")
    both = digits[(digits.labels == 4) | (digits.labels == 9)]
    both = ImageSet(both.images, (both.labels == 9).long(), ("4", "9"))
    few = both[(both.labels == 0) | ((both.labels == 1).cumsum(0) <= 9)]  # 9 nines among 181 fours
    recall = {}
    for balance in ("none", "weighted", "sampling", "focal"):
        run = training.fit(models.build("small_cnn", few), few, both, epochs=6, balance=balance)
        predicted = models.predict(run.model, both.images).argmax(1)
        recall[balance] = float((predicted[both.labels == 1] == 1).float().mean())
    assert all(recall[balance] > recall["none"] + 0.15 for balance in ("weighted", "sampling", "focal")), recall


def test_on_epoch_sees_the_history_grow_and_may_press_stop(split):
    lengths = []

    def watch(history):
        lengths.append(len(history))
        if len(history) == 3:
            raise KeyboardInterrupt

    run = quick(split, epochs=5, on_epoch=watch)
    assert lengths == [1, 2, 3]
    assert run.interrupted
    assert len(run.history) == 3


def test_what_is_frozen_stays_as_it_is_and_the_head_learns(split):
    model = models.build("small_cnn", split.train).freeze()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    run = training.fit(model, split.train, split.val, epochs=2)
    changed = {name for name, tensor in run.last.items() if not torch.equal(tensor, before[name])}
    assert changed == {"head.weight", "head.bias"}


def test_runs_side_by_side_show_what_differs_and_what_came_of_it(split):
    runs = {f"lr {lr:g}": quick(split, lr=lr) for lr in (1e-3, 1e-2)}
    comparison = training.compare(runs)
    assert comparison.table["lr"].tolist() == [1e-3, 1e-2]
    assert "batch_size" not in comparison.table
    assert comparison.table["val_accuracy"].tolist() == [run.metrics["val_accuracy"] for run in runs.values()]
    assert comparison._repr_html_().count('class="measured"') == 2 * 6
    assert len(training.compare(list(runs.values())).table) == 2


@pytest.mark.parametrize(("runs", "got"), [({}, "got none"), ({"a": 3}, "got int")])
def test_only_runs_can_be_compared(runs, got):
    with pytest.raises(ValueError, match=f"compare takes the runs that fit returned.*{got}"):
        training.compare(runs)


def test_no_progress_bar_under_tests(split, capfd):
    quick(split, epochs=1)
    assert capfd.readouterr().err == ""


def test_a_run_is_read_back_as_it_was_saved(split, tmp_path):
    run = quick(split, "small_cnn", epochs=2)
    again = Run.load(run.save(tmp_path / "run"))
    assert again.history.equals(run.history)
    assert (again.config, again.environment) == (run.config, run.environment)
    for part in ("best", "last"):
        assert all(torch.equal(getattr(again, part)[k], v) for k, v in getattr(run, part).items())
    assert torch.equal(models.predict(again.model, split.val.images), models.predict(run.model, split.val.images))


def test_a_saved_run_holds_no_pickle_and_one_set_of_weights(split, tmp_path):
    for _ in range(2):
        quick(split).save(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["run.json", "weights-2.safetensors"]


def test_killed_at_any_write_a_saved_run_is_the_old_one_or_the_new_one(split, tmp_path, die_while_saving):
    old, new = quick(split, epochs=1, seed=1), quick(split, epochs=2, seed=2)
    for dies_at in (1, 2):
        folder = tmp_path / str(dies_at)
        old.save(folder)
        new.save(tmp_path / "new")
        die_while_saving("runs.Run", tmp_path / "new", folder, dies_at)
        assert Run.load(folder).history.equals(old.history)


def test_a_damaged_or_foreign_file_is_named(split, tmp_path):
    folder = quick(split).save(tmp_path / "run")
    with pytest.raises(ValueError, match=r"nowhere.run.json is not part of a saved Run"):
        Run.load(tmp_path / "nowhere")
    weights = next(folder.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"weights-1.safetensors is not part of a saved Run"):
        Run.load(folder)
    (folder / "run.json").write_text(json.dumps({"some": "thing else"}))
    with pytest.raises(ValueError, match=r"run.json is not part of a saved Run"):
        Run.load(folder)
