" Programs of ApexTrade.
autocmd BufRead,BufNewFile *.apx setfiletype apx
