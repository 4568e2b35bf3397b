# Weights that the study does not keep (`keep`), dropped once all that is made of them is scored.


localrules:
    drop_target,
    drop_intermediate,


rule drop_target:
    input:
        scores="results/{study}/scores/{model}/{intermediate}/{target}/seed-{seed}.json",
    output:
        dropped="results/{study}/checkpoints/target/{model}/{intermediate}/{target}/seed-{seed}/dropped.json",
    log:
        "results/{study}/logs/drop_target/{model}/{intermediate}/{target}/seed-{seed}.log",
    priority: 30  # room on the disk before more is written
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("drop_target"),
        code=code("drop_target"),
    shell:
        'python "$ATLAS_SCRIPTS/drop_target.py" --scores {input.scores:q} --dropped {output.dropped:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule drop_intermediate:
    input:
        scores=scores_from,
    output:
        dropped="results/{study}/checkpoints/intermediate/{model}/{intermediate}/seed-{seed}/dropped.json",
    log:
        "results/{study}/logs/drop_intermediate/{model}/{intermediate}/seed-{seed}.log",
    priority: 30
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("drop_intermediate"),
        code=code("drop_intermediate"),
    shell:
        'python "$ATLAS_SCRIPTS/drop_intermediate.py" --scores {input.scores:q} --dropped {output.dropped:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
