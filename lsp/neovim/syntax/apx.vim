" Colours of .apx programs. Made from the grammar by `python -m apextrade.vim_syntax`; changes belong there.
if exists('b:current_syntax')
  finish
endif
syntax case match
syntax iskeyword @,48-57,_
syntax sync minlines=1 maxlines=1
syntax match apxPunctuation ;[()\[\],.];
syntax match apxKeywordOperatorArithmetic ;[-+*/];
syntax match apxKeywordOperatorRange ;\.\.;
syntax match apxKeywordOperatorAssignment ;=;
syntax match apxKeywordOperatorComparison ;<=\|>=\|==\|!=\|<\|>;
syntax match apxVariableOther ;\%(\<\|\>\)[a-z_][a-z0-9_]*\%(\<\|\>\);
syntax match apxVariableLanguage ;\%(\.\)\@1<!\%(\<\|\>\)\%(symbol\|volume\|close\|entry\|ohlc4\|high\|hlc3\|open\|hl2\|low\)\%(\<\|\>\);
syntax match apxWhole15 ;\%(\.\)\@1<!\%(\<\|\>\)\%(time\)\%(\%(\.\)\%(weekday\|minute\|month\|hour\|year\|day\)\)\?\%(\<\|\>\); contains=apxPart15x0,apxPart15x1,apxPart15x2
syntax match apxPart15x2 ;\%(weekday\|minute\|month\|hour\|year\|day\); contained
highlight default link apxPart15x2 apxVariableLanguage
syntax match apxPart15x1 ;\%(\.\); contained
highlight default link apxPart15x1 apxPunctuationAccessor
syntax match apxPart15x0 ;\%(time\); contained
highlight default link apxPart15x0 apxVariableLanguage
syntax match apxWhole14 ;\%(\.\)\@1<!\%(\<\|\>\)\%(session\)\%(\%(\.\)\%(is_first_bar\|is_last_bar\|high\|open\|age\|low\)\)\?\%(\<\|\>\); contains=apxPart14x0,apxPart14x1,apxPart14x2
syntax match apxPart14x2 ;\%(is_first_bar\|is_last_bar\|high\|open\|age\|low\); contained
highlight default link apxPart14x2 apxVariableLanguage
syntax match apxPart14x1 ;\%(\.\); contained
highlight default link apxPart14x1 apxPunctuationAccessor
syntax match apxPart14x0 ;\%(session\); contained
highlight default link apxPart14x0 apxVariableLanguage
syntax match apxWhole13 ;\%(\.\)\@1<!\%(\<\|\>\)\%(position\)\%(\%(\.\)\%(last_exit_bars_ago\|entry_price\|bars_held\|highest\|largest\|lowest\|profit\|size\)\)\?\%(\<\|\>\); contains=apxPart13x0,apxPart13x1,apxPart13x2
syntax match apxPart13x2 ;\%(last_exit_bars_ago\|entry_price\|bars_held\|highest\|largest\|lowest\|profit\|size\); contained
highlight default link apxPart13x2 apxVariableLanguage
syntax match apxPart13x1 ;\%(\.\); contained
highlight default link apxPart13x1 apxPunctuationAccessor
syntax match apxPart13x0 ;\%(position\); contained
highlight default link apxPart13x0 apxVariableLanguage
syntax match apxWhole12 ;\%(\.\)\@1<!\%(\<\|\>\)\%(account\)\%(\%(\.\)\%(closed_trades\|trades_today\|last_profit\|drawdown\|equity\|cash\)\)\?\%(\<\|\>\); contains=apxPart12x0,apxPart12x1,apxPart12x2
syntax match apxPart12x2 ;\%(closed_trades\|trades_today\|last_profit\|drawdown\|equity\|cash\); contained
highlight default link apxPart12x2 apxVariableLanguage
syntax match apxPart12x1 ;\%(\.\); contained
highlight default link apxPart12x1 apxPunctuationAccessor
syntax match apxPart12x0 ;\%(account\); contained
highlight default link apxPart12x0 apxVariableLanguage
syntax match apxEntityNameFunction ;\%(\.\)\@1<!\%(\<\|\>\)[a-z_][a-z0-9_]*\%(\s*(\)\@=;
syntax match apxSupportFunction ;\%(\.\)\@1<!\%(\<\|\>\)\%(bearish_modified_hikkake_confirmed\|bullish_modified_hikkake_confirmed\|downside_gap_three_methods\|rogers_satchell_volatility\|vertical_horizontal_filter\|accumulation_distribution\|bearish_hikkake_confirmed\|bearish_kicking_by_length\|bearish_three_line_strike\|bullish_hikkake_confirmed\|bullish_kicking_by_length\|bullish_three_line_strike\|bearish_closing_marubozu\|bearish_modified_hikkake\|bearish_separating_lines\|bullish_closing_marubozu\|bullish_modified_hikkake\|bullish_separating_lines\|three_stars_in_the_south\|upside_gap_three_methods\|concealing_baby_swallow\|garman_klass_volatility\|bearish_abandoned_baby\|bullish_abandoned_baby\|bearish_counterattack\|bullish_counterattack\|falling_three_methods\|historical_volatility\|identical_three_crows\|negative_volume_index\|positive_volume_index\|williams_accumulation\|yang_zhang_volatility\|bearish_harami_cross\|bearish_side_by_side\|bullish_harami_cross\|bullish_side_by_side\|directional_movement\|parkinson_volatility\|rising_three_methods\|three_white_soldiers\|upside_gap_two_crows\|downside_tasuki_gap\|forecast_oscillator\|interquartile_range\|market_facilitation\|passes_within_three\|relative_volatility\|stochastic_momentum\|ultimate_oscillator\|acceleration_bands\|awesome_oscillator\|chaikin_money_flow\|chaikin_oscillator\|chaikin_volatility\|downside_deviation\|driftless_variance\|price_volume_trend\|schaff_trend_cycle\|three_outside_down\|unique_three_river\|bearish_belt_hold\|bearish_breakaway\|bearish_doji_star\|bearish_engulfing\|bullish_belt_hold\|bullish_breakaway\|bullish_doji_star\|bullish_engulfing\|chande_kroll_stop\|direction_entropy\|directional_index\|evening_doji_star\|intraday_momentum\|money_flow_volume\|morning_doji_star\|three_black_crows\|three_inside_down\|upside_tasuki_gap\|volume_oscillator\|aroon_oscillator\|balance_of_power\|bearish_marubozu\|bullish_marubozu\|camarilla_levels\|dark_cloud_cover\|ease_of_movement\|efficiency_ratio\|fibonacci_levels\|highest_bars_ago\|linreg_intercept\|long_legged_doji\|price_oscillator\|squeeze_momentum\|three_outside_up\|autocorrelation\|bearish_hikkake\|bearish_kicking\|bearish_tristar\|bollinger_width\|bullish_hikkake\|bullish_kicking\|bullish_tristar\|cycle_trendline\|detrended_price\|gravestone_doji\|inverted_hammer\|lowest_bars_ago\|no_lower_shadow\|no_upper_shadow\|percentile_rank\|relative_volume\|stalled_pattern\|three_inside_up\|varying_average\|yesterday_close\|bearish_harami\|bullish_harami\|cycle_trending\|dominant_cycle\|dragonfly_doji\|falling_candle\|highest_inside\|mean_deviation\|members_zscore\|range_position\|relative_vigor\|smoothed_place\|stick_sandwich\|weighted_close\|yesterday_high\|advance_block\|anchored_vwap\|average_range\|body_gap_down\|highest_since\|homing_pigeon\|ladder_bottom\|lowest_inside\|parabolic_sar\|piercing_line\|rising_candle\|shooting_star\|woodie_levels\|yesterday_low\|candle_equal\|candle_trace\|count_inside\|evening_star\|first_inside\|highest_ever\|linreg_angle\|linreg_error\|linreg_slope\|lower_shadow\|lowest_since\|matching_low\|members_rank\|morning_star\|pivot_levels\|rickshaw_man\|spinning_top\|stdev_inside\|upper_shadow\|accelerator\|body_bottom\|body_gap_up\|body_inside\|candle_body\|candle_near\|connors_rsi\|correlation\|cycle_phase\|force_index\|hanging_man\|heikin_ashi\|last_inside\|lowest_ever\|mean_inside\|mean_shadow\|outside_bar\|price_range\|ulcer_index\|candle_far\|chandelier\|choppiness\|count_ever\|covariance\|cycle_sine\|inside_bar\|log_return\|mass_index\|oscillator\|percentile\|pivot_high\|short_body\|short_line\|stochastic\|sum_inside\|supertrend\|true_range\|value_when\|williams_r\|alligator\|bollinger\|elder_ray\|high_wave\|linreg_r2\|long_body\|long_line\|percent_b\|pivot_low\|remainder\|sided_sar\|stoch_rsi\|thrusting\|two_crows\|body_top\|close_to\|cumulate\|day_high\|day_open\|donchian\|envelope\|forecast\|gap_down\|ichimoku\|kurtosis\|mat_hold\|mcginley\|midpoint\|midprice\|momentum\|quantile\|round_to\|truncate\|variance\|coppock\|day_low\|decline\|entropy\|highest\|hilbert\|in_neck\|keltner\|klinger\|on_neck\|sortino\|squeeze\|change\|fisher\|gap_up\|hammer\|linreg\|lowest\|median\|number\|qstick\|sharpe\|square\|streak\|takuri\|vortex\|wilder\|zigzag\|zscore\|aroon\|clamp\|count\|floor\|frama\|hurst\|log10\|round\|stdev\|trima\|vidya\|zlema\|acos\|adxr\|alma\|asin\|atan\|beta\|ceil\|cosh\|dema\|doji\|gain\|kama\|loss\|macd\|mama\|natr\|sign\|sinh\|skew\|sqrt\|swma\|tanh\|tema\|trix\|vwap\|vwma\|abs\|adx\|atr\|cci\|cmo\|cos\|dmi\|ema\|ewm\|exp\|hma\|kdj\|kst\|log\|max\|mfi\|min\|obv\|pow\|ppo\|roc\|rsi\|sin\|sma\|sum\|tan\|tsi\|wma\|t3\)\%(\s*(\)\@=;
syntax match apxKeywordOperatorWord ;\%(\.\)\@1<!\%(\<\|\>\)\%(initially\|otherwise\|remember\|settings\|strategy\|weighted\|between\|crosses\|falling\|library\|or_else\|protect\|require\|risking\|cancel\|define\|expect\|expire\|notify\|rising\|within\|above\|after\|alert\|below\|cover\|every\|given\|input\|short\|since\|trade\|trail\|where\|bars\|else\|exit\|from\|give\|hold\|plot\|sell\|stop\|take\|test\|then\|when\|with\|and\|apx\|buy\|end\|for\|has\|let\|not\|use\|at\|by\|if\|in\|is\|of\|on\|or\)\%(\<\|\>\);
syntax match apxConstantLanguage ;\%(\.\)\@1<!\%(\<\|\>\)\%(unknown\|false\|true\)\%(\<\|\>\);
syntax match apxKeywordControl ;\%(\<\|\>\)\%(maintenance\|commission\|pyramiding\|interest\|slippage\|capital\|funding\|version\|before\|borrow\|margin\|fills\|limit\|maker\|named\|flat\|step\|per\|as\)\%(\<\|\>\)\%(\s\+\%("\|[0-9]\|\%(\%(initially\|otherwise\|remember\|settings\|strategy\|weighted\|between\|crosses\|falling\|library\|or_else\|protect\|require\|risking\|unknown\|cancel\|define\|expect\|expire\|notify\|rising\|within\|above\|after\|alert\|below\|cover\|every\|false\|given\|input\|short\|since\|trade\|trail\|where\|bars\|else\|exit\|from\|give\|hold\|plot\|sell\|stop\|take\|test\|then\|true\|when\|with\|and\|apx\|buy\|end\|for\|has\|let\|not\|use\|at\|by\|if\|in\|is\|of\|on\|or\)\%(\<\|\>\)\)\@![a-z_]\)\)\@=;
syntax match apxKeywordControl ;^\s*\%(maintenance\|commission\|pyramiding\|otherwise\|interest\|remember\|settings\|slippage\|strategy\|capital\|funding\|library\|protect\|require\|borrow\|cancel\|define\|expect\|expire\|margin\|notify\|alert\|cover\|every\|fills\|given\|input\|limit\|maker\|short\|trade\|trail\|exit\|flat\|give\|hold\|plot\|sell\|stop\|take\|test\|when\|with\|apx\|buy\|let\|use\)\%(\<\|\>\);
syntax match apxKeywordControl ;\%(^\s*\)\?\%(\<\|\>\)\%(cover\s\+at\s\+next\s\+open\|cover\s\+at\s\+this\s\+close\|expect\s\+buy\s\+at\s\+bar\|expect\s\+cover\s\+at\s\+bar\|expect\s\+exit\s\+at\s\+bar\|expect\s\+sell\s\+at\s\+bar\|expect\s\+short\s\+at\s\+bar\|of\s\+position\s\+at\s\+limit\|of\s\+position\s\+at\s\+next\|of\s\+position\s\+at\s\+this\|sell\s\+at\s\+next\s\+open\|sell\s\+at\s\+this\s\+close\|at\s\+next\s\+open\|at\s\+this\s\+close\|buy\s\+at\s\+bar\|cover\s\+at\s\+bar\|cover\s\+at\s\+limit\|cover\s\+at\s\+next\|cover\s\+at\s\+this\|every\s\+month\s\+start\|every\s\+week\s\+start\|exit\s\+at\s\+bar\|expect\s\+no\s\+order\|hold\s\+at\s\+most\|of\s\+position\s\+named\|sell\s\+at\s\+bar\|sell\s\+at\s\+limit\|sell\s\+at\s\+next\|sell\s\+at\s\+this\|short\s\+at\s\+bar\|at\s\+bar\|at\s\+limit\|at\s\+most\|at\s\+next\|at\s\+this\|before\s\+close\|every\s\+day\|every\s\+month\|every\s\+week\|has\s\+held\|hold\s\+top\|is\s\+available\|is\s\+new\|of\s\+cash\|of\s\+equity\|of\s\+position\|on\s\+session\|per\s\+order\|per\s\+unit\|per\s\+year\|stop\s\+loss\|take\s\+profit\|trade\s\+universe\|weighted\s\+equally\|within\s\+last\)\%(\<\|\>\);
syntax match apxWhole4 ;\%([0-9]\+\%(_[0-9]\+\)*\%(\.[0-9]\+\%(_[0-9]\+\)*\)\?\%([eE][+-]\?[0-9]\+\)\?\)\%(\%(%\)\|\s*\%(\<\|\>\)\%(shares\|share\|ticks\|units\|bars\|tick\|unit\|bar\|bps\|R\|[A-Z]\{3,5}\)\%(\<\|\>\)\%(\s\+since\%(\<\|\>\)\)\@!\)\?; contains=apxPart4x0,apxPart4x1,apxPart4x2
syntax match apxPart4x2 ;\%(shares\|share\|ticks\|units\|bars\|tick\|unit\|bar\|bps\|R\|[A-Z]\{3,5}\); contained
highlight default link apxPart4x2 apxKeywordOtherUnit
syntax match apxPart4x1 ;\%(%\); contained
highlight default link apxPart4x1 apxKeywordOtherUnit
syntax match apxPart4x0 ;\%([0-9]\+\%(_[0-9]\+\)*\%(\.[0-9]\+\%(_[0-9]\+\)*\)\?\%([eE][+-]\?[0-9]\+\)\?\); contained
highlight default link apxPart4x0 apxConstantNumeric
syntax match apxConstantNumericDuration ;\%(\<\|\>\)[0-9]\+\%(mo\|d\|h\|m\|w\)\%(\<\|\>\);
syntax match apxStringQuotedDouble ;"[^"]*"\?;
syntax match apxCommentLineNumberSign ;#.*$;
syntax match apxCommentLineDocumentation ;##.*$;
highlight default link apxCommentLineDocumentation SpecialComment
highlight default link apxCommentLineNumberSign Comment
highlight default link apxConstantLanguage Boolean
highlight default link apxConstantNumeric Number
highlight default link apxConstantNumericDuration Number
highlight default link apxEntityNameFunction Function
highlight default link apxKeywordControl Statement
highlight default link apxKeywordOperatorArithmetic Operator
highlight default link apxKeywordOperatorAssignment Operator
highlight default link apxKeywordOperatorComparison Operator
highlight default link apxKeywordOperatorRange Operator
highlight default link apxKeywordOperatorWord Keyword
highlight default link apxKeywordOtherUnit Type
highlight default link apxPunctuationAccessor Delimiter
highlight default link apxPunctuation Delimiter
highlight default link apxStringQuotedDouble String
highlight default link apxSupportFunction Function
highlight default link apxVariableLanguage Identifier
let b:current_syntax = 'apx'
