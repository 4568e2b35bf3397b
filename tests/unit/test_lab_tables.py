"""The lab's data sets: labels right by an independent reading of the English text, splits apart."""

import itertools

import pytest

from atlas.errors import AtlasError
from atlas.lab import corpus, settings, tables

CODES = settings.complete({})["languages"]
MANY = {
    "rows": {
        "nli": {"train": 300, "test": 600},
        "entailment": {"train": 400},
        "span_questions": {"test": 300},
        "tags": {"test": 200},
        "parallel_sentences": {"test": 200},
    }
}
PERSONS, ANIMALS = {"girl", "nurse", "farmer", "king"}, {"dog", "horse", "cat", "sheep"}
KINDS = {
    "person": PERSONS,
    "animal": ANIMALS,
    "treasure": {"watch", "ring", "crown", "brooch"},
    "document": {"book", "letter", "map", "stamp"},
    "material": {"paint", "salt", "bread", "soap"},
}
NOUNS = set().union(*KINDS.values()) | set(KINDS)
SCALES = [("big", "small"), ("old", "new"), ("clean", "dirty"), ("bright", "dark")]
ADJECTIVES = set(itertools.chain(*SCALES))
SAME = {"watch": "see", "book": "order", "ring": "call", "paint": "draw", "find": "discover", "lift": "raise"}
VERBS = set(SAME) | set(SAME.values())
RELATIONS = {"in", "near", "behind"}
QUALIFIERS = {"the", "a", "some", "every", "s", "ed", "ing", "not", "'s"}


def read(sentence):
    """English statement -> what it says. Knows English order and nothing of the generator."""
    words = sentence.split()[:-1]
    said = {"denied": "not" in words, "place": None, "parts": []}
    place = next((i for i, word in enumerate(words) if word in RELATIONS), None)
    if place is not None:
        said["place"] = (words[place], words[-1])
        words = words[:place]
    said["tense"] = next((word for word in words if word in ("ed", "ing")), None)
    nouns = [i for i, w in enumerate(words) if w[0].isupper() or w in NOUNS or w in VERBS]
    # A name before 's owns what follows.
    heads = [i for i in nouns if i + 1 == len(words) or words[i + 1] != "'s"]
    agent, verb, patient = heads
    said["verb"] = {new: old for old, new in SAME.items()}.get(words[verb], words[verb])
    for head, start, end in ((agent, 0, verb), (patient, verb + 1, len(words))):
        part = words[start:end]
        said["parts"].append(
            {
                "noun": words[head],
                "adjective": next((w for w in part if w in ADJECTIVES), None),
                "owner": next((part[i - 1] for i, w in enumerate(part) if w == "'s"), None),
                "number": next((w for w in part if w.isdigit()), None),
            }
        )
    return said


def situations(first, second):
    """Every situation that could matter to two statements: one event, two participants, some places."""
    places = sorted({said["place"] for said in (first, second) if said["place"]})
    nouns = [{said["parts"][i]["noun"] for said in (first, second)} for i in (0, 1)]
    options = [
        [noun for noun in sorted(NOUNS - set(KINDS)) if names & kinds_of(noun)] or sorted(names)
        for names in nouns
    ]
    scales = list(itertools.product((None, 0, 1), repeat=2))
    named = {part["adjective"] for said in (first, second) for part in said["parts"]}
    used = [scale for scale in SCALES if named & {*scale}]
    for noun_a, noun_p in itertools.product(*options):
        for values in itertools.product(scales, repeat=len(used)):
            traits = [
                {scale[value[i]] for scale, value in zip(used, values, strict=True) if value[i] is not None}
                for i in (0, 1)
            ]
            for happens, *where in itertools.product((True, False), repeat=1 + len(places)):
                holds = {place for place, there in zip(places, where, strict=True) if there}
                yield {"nouns": (noun_a, noun_p), "traits": traits, "happens": happens, "places": holds}


def kinds_of(noun):
    return {noun} | {kind for kind, members in KINDS.items() if noun in members}


def true(said, situation):
    """Whether a statement is true: descriptions are presupposed, `not` denies the event at its place."""
    for part, noun, traits in zip(said["parts"], situation["nouns"], situation["traits"], strict=True):
        if part["noun"] not in kinds_of(noun) or (part["adjective"] and part["adjective"] not in traits):
            return False
    event = situation["happens"] and (said["place"] is None or said["place"] in situation["places"])
    return event != said["denied"]


def judge(premise, hypothesis):
    first, second = read(premise), read(hypothesis)
    for name in ("verb", "tense"):
        assert first[name] == second[name]
    assert [(p["owner"], p["number"]) for p in first["parts"]] == [
        (p["owner"], p["number"]) for p in second["parts"]
    ]
    verdicts = {true(second, s) for s in situations(first, second) if true(first, s)}
    return {(True,): "entailment", (False,): "contradiction"}.get(tuple(verdicts), "neutral")


def test_the_judge_knows_inference():
    assert judge("the big girl see a ring .", "the girl watch a treasure .") == "entailment"
    assert judge("the girl see a ring .", "the girl see a ring near the park .") == "neutral"
    assert judge("the girl not see a ring near the park .", "the girl not see a ring .") == "neutral"
    assert judge("the big girl see a ring .", "the small girl see a ring .") == "contradiction"
    assert judge("Anna see Omar 's ring in the park .", "Anna not see Omar 's ring .") == "contradiction"


@pytest.mark.parametrize(("table", "split"), [("nli", "train"), ("nli", "test"), ("entailment", "train")])
def test_inference_labels_are_right(table, split):
    rows = tables.rows(table, "eng", split, MANY).to_pylist()
    for row in rows:
        verdict = judge(row["premise"], row["hypothesis"])
        if table == "entailment":
            verdict = "follows" if verdict == "entailment" else "does_not_follow"
        assert verdict == row["label"], row


def test_inference_labels_are_balanced_and_not_told_by_length():
    rows = tables.rows("nli", "eng", "test", MANY).to_pylist()
    assert {label: sum(row["label"] == label for row in rows) for label in ("entailment", "neutral")} == {
        "entailment": 200,
        "neutral": 200,
    }
    # The bug worth a test: an intermediate task with one sort of negatives taught nothing.
    rows = tables.rows("entailment", "eng", "train", MANY).to_pylist()
    other = [judge(row["premise"], row["hypothesis"]) for row in rows if row["label"] == "does_not_follow"]
    assert min(other.count("neutral"), other.count("contradiction")) > len(other) / 4


@pytest.mark.parametrize("language", ["eng", "jpn", "heb", "swh"])
@pytest.mark.parametrize("table", ["span_questions", "short_questions"])
def test_answers_stand_where_they_say(table, language):
    split = "test" if table == "span_questions" else "tune"
    if split == "tune" and language != "eng":
        return
    for row in tables.rows(table, language, split, MANY).to_pylist():
        (text,), (start,) = row["answers"]["text"], row["answers"]["answer_start"]
        assert row["context"][start : start + len(text)] == text
        assert start == 0 or row["context"][start - 1] == " "


def test_english_answers_are_right():
    for row in tables.rows("span_questions", "eng", "test", MANY).to_pylist():
        said, (answer,) = read(row["context"]), row["answers"]["text"]
        question = row["question"].split()
        part = said["parts"][0 if "who" in question else 1]
        assert part["noun"] in answer.split()
        assert (question[0] == "who") != ("what" in question)
        other = said["parts"][1 if "who" in question else 0]
        assert other["noun"] in question


def test_tags_of_ambiguous_words_follow_the_context():
    rows = tables.rows("tags", "eng", "test", MANY).to_pylist()
    tags = {}
    for row in rows:
        assert len(row["tokens"]) == len(row["tags"]) == len(row["unseen"])
        for word, tag in zip(row["tokens"], row["tags"], strict=True):
            tags.setdefault(word, set()).add(tag)
    assert tags["ring"] == {"NOUN", "VERB"}
    assert tags["girl"] == {"NOUN"}
    assert tags["the"] == {"DET"}
    assert not any(any(row["unseen"]) for row in rows)


def test_unseen_words_are_those_that_english_lacks():
    english = {w for row in tables.rows("tags", "eng", "test", MANY).to_pylist() for w in row["tokens"]}
    share = {}
    for code in ("swe", "jpn"):
        rows = tables.rows("tags", code, "test", MANY).to_pylist()
        pairs = [p for row in rows for p in zip(row["tokens"], row["unseen"], strict=True)]
        assert not [word for word, unseen in pairs if unseen and word in english]
        share[code] = sum(unseen for _, unseen in pairs) / len(pairs)
    assert share["jpn"] > share["swe"] + 0.2


def test_splits_share_no_event():
    events = {}
    for table, split in (("nli", "train"), ("nli", "test"), ("entailment", "train"), ("nli", "tune")):
        found = {event(row["premise"]) for row in tables.rows(table, "eng", split, MANY).to_pylist()}
        events.setdefault("train" if split == "train" else split, set()).update(found)
    contexts = tables.rows("span_questions", "eng", "test", MANY).to_pylist()
    events["test"] |= {event(row["context"]) for row in contexts}
    text = corpus.documents({"documents": 1, "english_documents": 2000})[:2000]
    events["train"] |= {event(first) for first, _ in text}
    assert not events["train"] & events["test"]
    assert not events["train"] & events["tune"]
    assert not events["tune"] & events["test"]


def event(sentence):
    said = read(sentence)
    return said["parts"][0]["noun"], said["verb"], said["parts"][1]["noun"]


def test_test_rows_mean_the_same_in_every_language():
    english = tables.rows("nli", "eng", "test", {}).column("label").to_pylist()
    assert tables.rows("nli", "tur", "test", {}).column("label").to_pylist() == english
    here = tables.rows("parallel_sentences", "deu", "test", {}).column("english").to_pylist()
    assert len(set(here)) == len(here)


def test_another_language_or_more_rows_leave_the_rows_equal():
    more = {"languages": [*CODES, "fra"], "rows": {"nli": {"test": 300}}}
    fewer = settings.for_rows(settings.complete({}), "nli", "test")
    bigger, smaller = (tables.rows("nli", "fin", "test", changes) for changes in (more, fewer))
    assert bigger.slice(0, smaller.num_rows).equals(smaller)


def test_rows_are_fixed_by_the_settings():
    """The very first rows, so that another Python or process would be seen to draw otherwise."""
    row = tables.rows("nli", "eng", "test", {}).slice(0, 1).to_pylist()[0]
    assert row == {
        "premise": "Aiko watch ed farmer behind the forest .",
        "hypothesis": "Aiko watch ed person behind the forest .",
        "label": "entailment",
    }
    other = tables.rows("nli", "eng", "test", {"world_seed": 8})
    assert other.slice(0, 1).to_pylist()[0] != row


@pytest.mark.parametrize(
    ("table", "language", "split", "message"),
    [
        ("nlu", "eng", "test", "Did you mean nli"),
        ("nli", "eng", "dev", "no split 'dev'"),
        ("nli", "deu", "train", "in English only"),
        ("nli", "yor", "test", "'yor' is not among lab.languages"),
    ],
)
def test_what_does_not_exist_is_refused(table, language, split, message):
    with pytest.raises(AtlasError, match=message):
        tables.rows(table, language, split, {})
