# Tables -> one HTML page and its figures.


localrules:
    render_report,


rule render_report:
    input:
        scores="results/{study}/scores.parquet",
        deltas="results/{study}/deltas.parquet",
        distances="results/{study}/distances.parquet",
        correlations="results/{study}/correlations.parquet",
    output:
        report=report("results/{study}/report.html", caption="../captions/report.rst", category="Answer"),
        figures=report(
            directory("results/{study}/figures"),
            patterns=["{name}.svg"],
            caption="../captions/figure.rst",
            category="Figures",
        ),
    log:
        "results/{study}/logs/render_report.log",
    conda:
        "../envs/analysis.yaml"
    params:
        spec=spec("render_report"),
        code=code("render_report"),
    shell:
        'python "$ATLAS_SCRIPTS/render_report.py" --scores {input.scores:q} --deltas {input.deltas:q}'
        " --distances {input.distances:q} --correlations {input.correlations:q}"
        " --report {output.report:q} --figures {output.figures:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
