"""What planning costs grows with the grid and by no more: counted, not timed."""

import pathlib

from atlas import catalog as catalogue
from atlas import manifests, provenance, specs


def plan(study):
    """Ask for settings and code of the jobs of every cell, as the rules do."""
    for cell in study.cells():
        for stage in ("train_target", "predict", "score"):
            provenance.canonical(getattr(specs, stage)(study, **cell))
            specs.code(study, stage, **cell)


def counted(monkeypatch, owner, name):
    """List that grows by one argument at every call of a function."""
    calls, function = [], getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *given, **more: calls.append(given) or function(*given, **more))
    return calls


def test_code_is_read_once_however_many_cells_there_are(monkeypatch, load_study, settings, catalog):
    plan(load_study({**settings, "seeds": [1]}, catalog))
    parsed = counted(monkeypatch, provenance.ast, "parse")
    plan(load_study({**settings, "seeds": [1, 2, 3, 4]}, catalog))
    assert parsed == []
    provenance.code_digest.cache_clear()
    provenance._meaning.cache_clear()
    plan(load_study(settings, catalog))
    assert parsed != []


def test_a_catalogue_is_read_once_and_planning_opens_no_file(monkeypatch, load_study, settings, catalog):
    read = counted(monkeypatch, catalogue, "read_yaml")
    study = load_study(settings, catalog)
    assert len(read) == len({path for (path,) in read}) == len(catalogue.FILES)
    plan(study)
    opened = counted(monkeypatch, pathlib.Path, "open")
    plan(study)
    assert opened == []


def test_looking_for_missing_files_reads_manifests_and_no_file_that_they_name(monkeypatch, tmp_path):
    for cell in range(3):
        folder = tmp_path / f"seed-{cell}"
        folder.mkdir()
        for language in range(4):
            (folder / f"{language}.parquet").write_text("rows")
        manifests.write(folder / "manifest.json", "k", [f"{language}.parquet" for language in range(4)])
    opened = counted(monkeypatch, pathlib.Path, "open")
    assert manifests.withdraw_incomplete(tmp_path) == []
    assert sorted(path.parent.name for path, *_ in opened) == ["seed-0", "seed-1", "seed-2"]
