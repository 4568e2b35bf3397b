# Does the size of a pretrained multilingual model change how robustly zero-shot cross-lingual transfer
# profits from English intermediate-task training, and does the profit follow linguistic distance?
#
# Result paths, always in this order of wildcards:
#   results/{study}/sources/...  ->  prepared/...  ->  checkpoints/{model}/{intermediate}[/{target}]/seed-{seed}
#     ->  predictions/...  ->  scores/...  ->  scores.parquet  ->  deltas.parquet  ->  correlations.parquet
#     ->  report.html

from snakemake.utils import min_version

min_version("9.27.0")


if "study" not in config:  # a study given by --configfile takes the place of the default one, whole

    configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/resources.smk"
include: "rules/inputs.smk"
include: "rules/sources.smk"
include: "rules/prepared.smk"
include: "rules/variants.smk"
include: "rules/checkpoints.smk"
include: "rules/predictions.smk"
include: "rules/scores.smk"
include: "rules/dropped.smk"
include: "rules/analysis.smk"
include: "rules/claims.smk"
include: "rules/report.smk"


onstart:
    start_run()


onsuccess:
    if (RESULTS / "report.html").exists():
        print(f"Report: {RESULTS / 'report.html'}")
    for line in plan.outcome(STUDY, RESULTS) if workflow.is_main_process else []:
        print(line)


onerror:
    print(
        "Some jobs failed; each message above names its log. What succeeded is kept: run again to go on."
    )
    print("A report of what is there: add `--config partial=true`.")


rule all:
    default_target: True
    input:
        report=f"results/{STUDY.name}/report.html",
        dropped=unkept_weights,
    localrule: True
