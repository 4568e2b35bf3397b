# Deltas, scores and the data themselves -> what they say about published claims.


localrules:
    check_claims,


rule check_claims:
    input:
        claimed_data,
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
    output:
        claims="results/{study}/claims.parquet",
    log:
        "results/{study}/logs/check_claims.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("check_claims"),
        code=code("check_claims"),
    shell:
        'python "$ATLAS_SCRIPTS/check_claims.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --folder results/{wildcards.study} --claims {output.claims:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
