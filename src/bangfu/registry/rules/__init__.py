"""The rules of the household file, V1 to V15, as pure checks over frames.

Only impossible data is refused: a number whose check character is wrong, two heads, a
birth in the future. What is merely doubtful is stored and flagged: a flag is a lead for
a person, never a verdict. A rule judges only what is known; null never breaks one.

    every      all rules together
    names      what each rule is called; the only module here without polars
    persons    V1 identity number, V2 disability certificate, V4 relation and sex,
               V6 school, V7 labour
    families   V3 head and spouse, V5 registered twice, V11 house, V12 causes,
               V14 five-guarantee household
    incomes    V8 work and wage, V9 sums, V10 Dibao and pension, V13 changes and the
               line, V15 copied values

Modules that answer a web page reach the rules through `intake`.
"""
