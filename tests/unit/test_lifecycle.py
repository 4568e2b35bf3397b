from atlas import lifecycle


def unkept(load_study, settings, catalog, keep, wanted=lambda cell: True):
    study = load_study({**settings, "keep": keep, "models": ["small"], "seeds": [1]}, catalog)
    return set(lifecycle.unkept(study, [cell for cell in study.cells() if wanted(cell)]))


def test_all_is_kept_unless_the_study_says_otherwise(load_study, settings, catalog):
    assert unkept(load_study, settings, catalog, "all") == set()


def test_targets_go_and_retrieval_has_no_checkpoint_of_its_own(load_study, settings, catalog):
    expected = {f"target/small/{i}/{t}/seed-1" for i in ("none", "nli", "qa") for t in ("topic", "pos")}
    assert unkept(load_study, settings, catalog, "intermediates") == expected
    with_intermediates = expected | {"intermediate/small/nli/seed-1", "intermediate/small/qa/seed-1"}
    assert unkept(load_study, settings, catalog, "none") == with_intermediates


def test_an_intermediate_stays_while_a_target_of_it_is_not_scored(load_study, settings, catalog):
    found = unkept(
        load_study, settings, catalog, "none", lambda c: (c["intermediate"], c["target"]) != ("qa", "search")
    )
    assert "intermediate/small/nli/seed-1" in found and "intermediate/small/qa/seed-1" not in found
    assert "target/small/qa/topic/seed-1" in found
