;;; apx-words.el --- The words of ApexTrade's language  -*- lexical-binding: t; -*-

;;; Commentary:
;; Made by `python -m apextrade.emacs_words`; changes belong in the declarations of the language.

;;; Code:

(defconst apx-words-leading
  '("alert" "apx" "buy" "cancel" "cover" "define" "every" "exit" "expect" "expire" "give" "given"
    "hold" "input" "let" "library" "notify" "otherwise" "plot" "protect" "remember" "require"
    "sell" "settings" "short" "stop" "strategy" "take" "test" "trade" "trail" "use" "when" "with"))

(defconst apx-words-settings
  '("borrow" "capital" "commission" "fills" "flat" "funding" "interest" "limit" "maintenance"
    "maker" "margin" "pyramiding" "slippage"))

(defconst apx-words-inner
  '("above" "after" "and" "at" "bars" "below" "between" "by" "crosses" "else" "end" "falling" "for"
    "from" "has" "if" "in" "initially" "is" "not" "of" "on" "or" "or_else" "rising" "risking"
    "since" "then" "weighted" "where" "within"))

(defconst apx-words-constants
  '("false" "true" "unknown"))

(defconst apx-words-chains
  '("cover at next open" "cover at this close" "expect buy at bar" "expect cover at bar"
    "expect exit at bar" "expect sell at bar" "expect short at bar" "of position at limit"
    "of position at next" "of position at this" "sell at next open" "sell at this close"
    "at next open" "at this close" "buy at bar" "cover at bar" "cover at limit" "cover at next"
    "cover at this" "every month start" "every week start" "exit at bar" "expect no order"
    "hold at most" "of position named" "sell at bar" "sell at limit" "sell at next" "sell at this"
    "short at bar" "at bar" "at limit" "at most" "at next" "at this" "before close" "every day"
    "every month" "every week" "has held" "hold top" "is available" "is new" "of cash" "of equity"
    "of position" "on session" "per order" "per unit" "per year" "stop loss" "take profit"
    "trade universe" "weighted equally" "within last"))

(defconst apx-words-functions
  '("abs" "acceleration_bands" "accelerator" "accumulation_distribution" "acos" "advance_block"
    "adx" "adxr" "alligator" "alma" "anchored_vwap" "aroon" "aroon_oscillator" "asin" "atan" "atr"
    "autocorrelation" "average_range" "awesome_oscillator" "balance_of_power"
    "bearish_abandoned_baby" "bearish_belt_hold" "bearish_breakaway" "bearish_closing_marubozu"
    "bearish_counterattack" "bearish_doji_star" "bearish_engulfing" "bearish_harami"
    "bearish_harami_cross" "bearish_hikkake" "bearish_hikkake_confirmed" "bearish_kicking"
    "bearish_kicking_by_length" "bearish_marubozu" "bearish_modified_hikkake"
    "bearish_modified_hikkake_confirmed" "bearish_separating_lines" "bearish_side_by_side"
    "bearish_three_line_strike" "bearish_tristar" "beta" "body_bottom" "body_gap_down"
    "body_gap_up" "body_inside" "body_top" "bollinger" "bollinger_width" "bullish_abandoned_baby"
    "bullish_belt_hold" "bullish_breakaway" "bullish_closing_marubozu" "bullish_counterattack"
    "bullish_doji_star" "bullish_engulfing" "bullish_harami" "bullish_harami_cross"
    "bullish_hikkake" "bullish_hikkake_confirmed" "bullish_kicking" "bullish_kicking_by_length"
    "bullish_marubozu" "bullish_modified_hikkake" "bullish_modified_hikkake_confirmed"
    "bullish_separating_lines" "bullish_side_by_side" "bullish_three_line_strike" "bullish_tristar"
    "camarilla_levels" "candle_body" "candle_equal" "candle_far" "candle_near" "candle_trace" "cci"
    "ceil" "chaikin_money_flow" "chaikin_oscillator" "chaikin_volatility" "chande_kroll_stop"
    "chandelier" "change" "choppiness" "clamp" "close_to" "cmo" "concealing_baby_swallow"
    "connors_rsi" "coppock" "correlation" "cos" "cosh" "count" "count_ever" "count_inside"
    "covariance" "cumulate" "cycle_phase" "cycle_sine" "cycle_trending" "cycle_trendline"
    "dark_cloud_cover" "day_high" "day_low" "day_open" "decline" "dema" "detrended_price"
    "direction_entropy" "directional_index" "directional_movement" "dmi" "doji" "dominant_cycle"
    "donchian" "downside_deviation" "downside_gap_three_methods" "downside_tasuki_gap"
    "dragonfly_doji" "driftless_variance" "ease_of_movement" "efficiency_ratio" "elder_ray" "ema"
    "entropy" "envelope" "evening_doji_star" "evening_star" "ewm" "exp" "falling_candle"
    "falling_three_methods" "fibonacci_levels" "first_inside" "fisher" "floor" "force_index"
    "forecast" "forecast_oscillator" "frama" "gain" "gap_down" "gap_up" "garman_klass_volatility"
    "gravestone_doji" "hammer" "hanging_man" "heikin_ashi" "high_wave" "highest" "highest_bars_ago"
    "highest_ever" "highest_inside" "highest_since" "hilbert" "historical_volatility" "hma"
    "homing_pigeon" "hurst" "ichimoku" "identical_three_crows" "in_neck" "inside_bar"
    "interquartile_range" "intraday_momentum" "inverted_hammer" "kama" "kdj" "keltner" "klinger"
    "kst" "kurtosis" "ladder_bottom" "last_inside" "linreg" "linreg_angle" "linreg_error"
    "linreg_intercept" "linreg_r2" "linreg_slope" "log" "log10" "log_return" "long_body"
    "long_legged_doji" "long_line" "loss" "lower_shadow" "lowest" "lowest_bars_ago" "lowest_ever"
    "lowest_inside" "lowest_since" "macd" "mama" "market_facilitation" "mass_index" "mat_hold"
    "matching_low" "max" "mcginley" "mean_deviation" "mean_inside" "mean_shadow" "median"
    "members_rank" "members_zscore" "mfi" "midpoint" "midprice" "min" "momentum"
    "money_flow_volume" "morning_doji_star" "morning_star" "natr" "negative_volume_index"
    "no_lower_shadow" "no_upper_shadow" "number" "obv" "on_neck" "oscillator" "outside_bar"
    "parabolic_sar" "parkinson_volatility" "passes_within_three" "percent_b" "percentile"
    "percentile_rank" "piercing_line" "pivot_high" "pivot_levels" "pivot_low"
    "positive_volume_index" "pow" "ppo" "price_oscillator" "price_range" "price_volume_trend"
    "qstick" "quantile" "range_position" "relative_vigor" "relative_volatility" "relative_volume"
    "remainder" "rickshaw_man" "rising_candle" "rising_three_methods" "roc"
    "rogers_satchell_volatility" "round" "round_to" "rsi" "schaff_trend_cycle" "sharpe"
    "shooting_star" "short_body" "short_line" "sided_sar" "sign" "sin" "sinh" "skew" "sma"
    "smoothed_place" "sortino" "spinning_top" "sqrt" "square" "squeeze" "squeeze_momentum"
    "stalled_pattern" "stdev" "stdev_inside" "stick_sandwich" "stoch_rsi" "stochastic"
    "stochastic_momentum" "streak" "sum" "sum_inside" "supertrend" "swma" "t3" "takuri" "tan"
    "tanh" "tema" "three_black_crows" "three_inside_down" "three_inside_up" "three_outside_down"
    "three_outside_up" "three_stars_in_the_south" "three_white_soldiers" "thrusting" "trima" "trix"
    "true_range" "truncate" "tsi" "two_crows" "ulcer_index" "ultimate_oscillator"
    "unique_three_river" "upper_shadow" "upside_gap_three_methods" "upside_gap_two_crows"
    "upside_tasuki_gap" "value_when" "variance" "varying_average" "vertical_horizontal_filter"
    "vidya" "volume_oscillator" "vortex" "vwap" "vwma" "weighted_close" "wilder"
    "williams_accumulation" "williams_r" "wma" "woodie_levels" "yang_zhang_volatility"
    "yesterday_close" "yesterday_high" "yesterday_low" "zigzag" "zlema" "zscore"))

(defconst apx-words-fields
  '("close" "entry" "high" "hl2" "hlc3" "low" "ohlc4" "open" "symbol" "volume"))

(defconst apx-words-members
  '("account.cash" "account.closed_trades" "account.drawdown" "account.equity"
    "account.last_profit" "account.trades_today" "position.bars_held" "position.entry_price"
    "position.highest" "position.largest" "position.last_exit_bars_ago" "position.lowest"
    "position.profit" "position.size" "session.age" "session.high" "session.is_first_bar"
    "session.is_last_bar" "session.low" "session.open" "time.day" "time.hour" "time.minute"
    "time.month" "time.weekday" "time.year"))

(defconst apx-words-units
  '("R" "bar" "bars" "bps" "share" "shares" "tick" "ticks" "unit" "units"))

(provide 'apx-words)
;;; apx-words.el ends here
