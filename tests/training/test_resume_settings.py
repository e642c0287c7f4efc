"""What a run that goes on may have changed since it was begun."""

from dataclasses import replace

import pytest
import yaml

from training.config import SelfplayConfig
from training.selfplay import FREE_TO_CHANGE
from training.settle import settle
from verify.statements import BadInput


def settled(config):
    settle(config, SelfplayConfig(), FREE_TO_CHANGE)


@pytest.fixture
def begun(tmp_path):
    """A configuration whose run was begun, and the path of its config.yaml."""
    config = SelfplayConfig(run=tmp_path, rounds=2)
    settled(config)
    return config, tmp_path / "config.yaml"


def test_the_same_settings_go_on_and_more_rounds_may_follow(begun):
    config, path = begun
    settled(config)
    settled(replace(config, rounds=5, workers=1, final_evaluation=False))
    assert yaml.safe_load(path.read_text())["config"]["rounds"] == 5


def test_another_course_is_refused_by_its_name_and_nothing_is_written(begun):
    config, path = begun
    was = path.read_text()
    for change in ({"heartbeats": 7}, {"seeds": replace(config.seeds, lemma_cap=0.5)}):
        with pytest.raises(BadInput, match=f"begun with another {next(iter(change))} "):
            settled(replace(config, **change))
    assert path.read_text() == was


def test_a_run_of_an_older_version_goes_on_where_new_options_are_as_they_were(begun):
    config, path = begun
    record = yaml.safe_load(path.read_text())
    for newer in ("screen_trivial", "sampler"):
        del record["config"][newer]
    del record["config"]["cold_start"]["reading_statements"]
    path.write_text(yaml.safe_dump(record))
    with pytest.raises(BadInput, match="begun with another screen_trivial "):
        settled(replace(config, screen_trivial=False))
    settled(config)


@pytest.mark.parametrize("text", ["", "config: [1]", "config: 3", "{", "runs: {}"])
def test_what_is_no_configuration_is_said(begun, text):
    config, path = begun
    path.write_text(text)
    with pytest.raises(BadInput, match="is not the configuration of a run"):
        settled(config)
