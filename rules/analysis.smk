# Scores -> deltas; languages -> distances; both -> correlations.


localrules:
    compute_deltas,
    measure_distances,
    correlate,


rule measure_distances:
    output:
        distances="results/{study}/distances.parquet",
    log:
        "results/{study}/logs/measure_distances.log",
    priority: 100  # needs nothing, so an unknown language fails before any training
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("measure_distances"),
        code=code("measure_distances"),
    shell:
        'python "$ATLAS_SCRIPTS/measure_distances.py" --distances {output.distances:q}'
        " --spec {params.spec:q} --code {params.code} --log {log:q}"


rule compute_deltas:
    input:
        scores="results/{study}/scores.parquet",
    output:
        deltas="results/{study}/deltas.parquet",
    log:
        "results/{study}/logs/compute_deltas.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("compute_deltas"),
        code=code("compute_deltas"),
    shell:
        'python "$ATLAS_SCRIPTS/compute_deltas.py" --scores {input.scores:q} --deltas {output.deltas:q}'
        " --folder results/{wildcards.study} --spec {params.spec:q} --code {params.code} --log {log:q}"


rule correlate:
    input:
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
        distances="results/{study}/distances.parquet",
    output:
        correlations="results/{study}/correlations.parquet",
    log:
        "results/{study}/logs/correlate.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("correlate"),
        code=code("correlate"),
    shell:
        'python "$ATLAS_SCRIPTS/correlate.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --distances {input.distances:q} --correlations {output.correlations:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
