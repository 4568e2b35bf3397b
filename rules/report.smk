# Tables -> one HTML page and its figures.


localrules:
    render_report,


REPORTED = "scores deltas distances correlations scaling influence reliability robustness consistency claims"


rule render_report:
    input:
        tables=expand("results/{{study}}/{table}.parquet", table=REPORTED.split()),
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
        'python "$ATLAS_SCRIPTS/render_report.py" --tables {input.tables:q}'
        " --report {output.report:q} --figures {output.figures:q}"
        " --spec {params.spec:q} --code {params.code} --log {log:q}"
