"""Stop words by language. A missing language only does without: BM25 gives common words little weight."""

_LISTS = {
    "en": """
        a about after again all am an and any are as at be because been before being but by can could d did
        do does down for from had has have having he her here hers him his how i if in into is it its just
        ll m me might my no nor not now of off on once only or our out over own re s same shall she should
        so some such t than that the their them then there these they this those through to too under until
        up ve very was we were what when where which while who whom why will with would you your yours
    """,
    "de": """
        aber als am an auch auf aus bei bin bis bist da dann das dass daß dein deine dem den der des dich
        die dir doch du durch ein eine einem einen einer eines er es euch für habe haben hat hatte ich ihm
        ihn ihr ihre im in ist ja kann mein meine mich mir mit nach nicht noch nun nur ob oder ohne sich sie
        sind so um und uns unser unter vom von vor war waren was weil wenn wer wie wir wird wo zu zum zur
        über
    """,
    "fr": """
        a ai as au aux avec c ce ces cet cette d dans de des du elle elles en est et eu il ils j je l la le
        les leur leurs lui m ma mais me mes moi mon n ne nos notre nous on ont ou où par pas pour qu que qui
        s sa se ses si son sont sur t ta te tes toi ton tu un une vos votre vous y à était été être
    """,
    "es": """
        a al como con de del desde donde e el ella ellas ellos en entre era es esa ese eso esta este esto
        está fue ha había han hasta hay la las le les lo los me mi mis muy más ni no nos o para pero por
        porque que quien se ser si sin sobre son su sus sí también te tu tus tú un una uno y ya yo él
    """,
    "it": """
        a ad ai al alla alle allo anche c che chi ci come con cui d da dal dalla dei del della delle dello
        di e ed era gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mi mia mio ne nei nel nella
        noi non o per perché più quando quella quello questa questo se sei si sia sono su sua sul sulla suo
        ti tra tu tua tuo un una uno vi voi è
    """,
    "pt": """
        a ao aos as com como da das de do dos e ela elas ele eles em entre era essa esse esta este está eu
        foi há isso isto já lhe mais mas me meu minha na nas no nos não o os ou para pela pelo por quando
        que quem se sem ser seu sua são só também te tem teu tu tua um uma você à é
    """,
    "nl": """
        aan al als altijd bij daar dan dat de der die dit doch door een en er ge geen had heb hebben heeft
        hem het hier hij hoe hun ik in is ja je kan maar me met mij mijn na naar niet nog nu of om omdat ons
        ook op over te tegen toch toen tot u uit uw van veel voor want waren was wat we wel werd wie wij wil
        worden wordt zal ze zei zelf zich zij zijn zo zou
    """,
    "sv": """
        alla att av blev bli de dem den denna deras dess det detta dig din ditt du där då efter ej eller en
        er ett från för ha hade han hans har henne hennes hon honom hur här i icke inte jag kan man med men
        mig min mot mycket ni nu när och om oss på samma sedan sig sin sitt skulle som så till under upp ut
        vad var vara vi vid än är över
    """,
    "ru": """
        а без бы был была были было быть в вам вас весь во вот все всё вы где да даже для до его ее если
        есть еще ещё её же за и из или им их к как ко когда кто ли мне мы на над нам нас не него нее нет ни
        но ну о об он она они оно от по под при с со так там то тоже только ты у уже чем что чтобы эта эти
        это этот я
    """,
}

STOPWORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
