"""A review at every age of a network: each age is asked, and each verdict told in a row."""

from dataclasses import replace

from lstm_ui.review_ages import ages_html, judge_at_ages
from tests.reviewing.some_networks import REVIEW, build_network, build_shape


class AgingService:
    """A network that grows more decided with age."""

    def ages(self, run_id):
        return [0, 10, 20]

    def network_at(self, run_id, step):
        network = build_network(build_shape())
        weights = network.weights | {"output/kernel": network.weights["output/kernel"] * step / 20}
        return replace(network, weights=weights, step=step)


def test_every_age_is_asked_and_has_its_row():
    verdicts = judge_at_ages(AgingService(), "a run", REVIEW)
    assert [each.step for each in verdicts] == [0, 10, 20]
    assert len({round(each.verdict.score, 4) for each in verdicts}) == 3
    table = ages_html(verdicts)
    assert [table.count(name) for name in ("newborn", "step 10", "step 20")] == [1, 1, 1]
    assert table.count("Score <b>") == 3
