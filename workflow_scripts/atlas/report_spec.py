"""What the report is told about a study besides its tables."""

from pathlib import Path

from atlas import provenance
from atlas.study import BASELINE

_TEMPLATES = sorted(
    p for p in Path(__file__).with_name("report").iterdir() if p.suffix in (".j2", ".css", ".js")
)
_VERSIONS = ("torch", "transformers", "tokenizers", "accelerate", "lang2vec", "scipy")


def render_report(study):
    """What the report says about the study besides its tables."""
    settings = study.settings
    return {
        "study": study.name,
        "title": settings.get("title", study.name),
        "description": settings.get("description", ""),
        "notes": [*settings.get("notes", []), *_notes(study)],
        "baseline": BASELINE,
        "imported": "scores" in settings,
        # Lists keep the study's order, which keys of an object lose in canonical JSON.
        "models": list(study.models),
        "baseline_only": study.settings.get("baseline_only", []),
        "intermediate_tasks": study.intermediates,
        "target_tasks": [
            {
                "name": name,
                "kind": entry["kind"],
                "metric": entry["metrics"][0],
                "metrics": entry["metrics"],
                "languages": list(entry["languages"]),
                "source_language": entry["source_language"],
                "trained": "train" in entry,
                "overlaps": study.overlapping(name),
                "group": entry.get("group", ""),
            }
            for name, entry in study.target_tasks.items()
        ],
        "seeds": list(study.seeds),
        "languages": {
            code: {
                "uriel": entry.get("uriel", code),
                **{key: entry[key] for key in ("name", "family", "script")},
            }
            for code, entry in study.languages.items()
        },
        "statistics": study.statistics,
        # The digest of the code sees Python only.
        "templates": provenance.digest([path.read_text(encoding="utf-8") for path in _TEMPLATES]),
        "versions": {name: provenance.version(name) for name in _VERSIONS},
    }


def _notes(study):
    """Caveats that the catalogue declares for what the study selects."""
    entries = {**study.models, **study.intermediate_tasks, **study.target_tasks}
    return [f"{name}: {entry['notes']}" for name, entry in entries.items() if "notes" in entry]
