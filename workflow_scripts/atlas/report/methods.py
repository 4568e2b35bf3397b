"""The paragraph for a paper's methods section."""

from atlas.report.wording import listed, plural


def methods(findings):
    """Paragraph for a paper's methods section."""
    spec = findings.spec
    versions = ", ".join(f"{name} {version}" for name, version in spec["versions"].items() if version)
    sources = listed(sorted({findings.name_of(findings.source(name)) for name in findings.targets}))
    codes = {code for entry in findings.targets.values() for code in entry["languages"]}
    settings = spec.get("statistics", {})
    resamples = f" ({settings['bootstrap']:,} resamples)" if "bootstrap" in settings else ""
    orders = f" ({settings['permutations']:,} permutations)" if "permutations" in settings else ""
    distances = listed(f"{distance} ({provider})" for distance, provider in findings.pictured) or "none"
    untrained = listed(name for name, entry in findings.targets.items() if not entry["trained"])
    searched = f" {untrained} used the encoder as it stood, without training." if untrained else ""
    made = (
        f"We analysed scores made elsewhere, of {plural(len(findings.models), 'model')}"
        f" ({listed(findings.models)}) with {plural(len(findings.trained), 'intermediate task')}"
        f" ({listed(findings.trained) or 'none'}) on {plural(len(findings.targets), 'target task')}"
        f" ({listed(findings.targets)}), trained in {sources} and evaluated in"
        f" {plural(len(codes), 'language')}."
        if spec["imported"]
        else f"We fine-tuned {plural(len(findings.models), 'pretrained multilingual encoder')}"
        f" ({listed(findings.models)}) on {plural(len(findings.trained), 'intermediate task')} in"
        f" {sources} ({listed(findings.trained) or 'none'}) and then on each of"
        f" {plural(len(findings.targets), 'target task')} ({listed(findings.targets)}) in {sources}, and"
        f" evaluated them without further training in {plural(len(codes), 'language')}"
        f" ({plural(len(spec['seeds']), 'random seed')}), following Phang et al. (2020).{searched}"
    )
    return (
        f"{made} The profit"
        f" of an intermediate task is the score with it minus the score of the same model and seed without it"
        f", in points. Intervals of mean deltas are 95 % t intervals over seeds. We correlated the profit per"
        f" language with distances from the source language by Spearman's ρ, with percentile bootstrap"
        f" intervals over languages{resamples}, two-sided permutation tests{orders} and Benjamini–Hochberg"
        f" correction over all tests of the same outcome. Distances: {distances}. Software: {versions}."
    )
