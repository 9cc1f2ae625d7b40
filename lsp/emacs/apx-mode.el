;;; apx-mode.el --- ApexTrade programs in Emacs  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, finance

;;; Commentary:

;; Colours and indentation of .apx files, and the language server through
;; Eglot.  Emacs 29 has Eglot; for Emacs 28 it is a package (eglot, or Debian's
;; elpa-eglot).  Without Eglot the mode works alone.

;;; Code:

(require 'apx-words)
(eval-when-compile (require 'subr-x))

(declare-function eglot-current-server "eglot")
(declare-function eglot--TextDocumentIdentifier "eglot")
(declare-function eglot--signal-textDocument/didChange "eglot")
(declare-function jsonrpc-async-request "jsonrpc")
(defvar eglot-server-programs)
(defvar eglot-workspace-configuration)

(defgroup apx nil
  "Trading strategies in .apx."
  :group 'languages)

(defcustom apx-command '("apx" "lsp" "--stdio")
  "The command line of the language server."
  :type '(repeat string))

(defcustom apx-settings nil
  "Settings of the server, such as (:defaultData \"AAPL\").
There are `:defaultData', `:units' and `:parameters' (t or :json-false),
`:lints', levels by code such as (:W0310 \"off\"), and `:trace'."
  :type 'plist)

(defconst apx-indent-step 2)

(defconst apx--cards
  (regexp-opt '("apx" "strategy" "library" "use" "trade" "input" "require" "define" "when" "every"
                "settings" "plot" "alert" "test" "otherwise")
              'symbols)
  "Words of lines that stand at the margin.")

(defconst apx--actions
  (regexp-opt '("buy" "sell" "short" "cover" "exit" "cancel" "notify" "protect" "give" "with" "given" "expect") 'symbols)
  "Words of lines below a card.")

(defconst apx--attached
  (concat (regexp-opt '("stop" "take" "trail" "expire") 'symbols) "\\|hold\\s-+at\\_>")
  "Words of lines below an order.")

(defconst apx--opens
  (concat "\\s-*\\(?:\\(?:when\\|every\\|test\\|protect\\)\\_>"
          "\\|\\(?:settings\\|otherwise\\)\\s-*\\(?:#\\|$\\)"
          "\\|\\(?:buy\\|short\\)\\_>[^#\n]*\\_<risking\\_>"
          "\\|define\\s-+[a-z0-9_]+\\s-*([^()#\n]*)\\s-*\\(?:#\\|$\\)\\)")
  "Lines that others belong to.")

(defconst apx-font-lock-keywords
  `((,(concat "^\\s-*" (regexp-opt (append apx-words-leading apx-words-settings) 'symbols)) 0 font-lock-keyword-face)
    (,(concat "\\_<[0-9][0-9_.]*\\s-*\\(" (regexp-opt apx-words-units) "\\|[A-Z]\\{3,5\\}\\)\\_>") 1 font-lock-type-face)
    (,(concat "\\_<\\(?:" (mapconcat (lambda (words) (string-join (split-string words) "\\s-+")) apx-words-chains "\\|") "\\)\\_>")
     0 font-lock-keyword-face)
    (,(regexp-opt apx-words-constants 'symbols) 0 font-lock-constant-face)
    (,(concat "\\(?:^\\|[^.]\\)" (regexp-opt apx-words-inner 'symbols)) 1 font-lock-keyword-face)
    (,(concat "\\(?:^\\|[^.]\\)" (regexp-opt apx-words-functions 'symbols) "\\s-*(") 1 font-lock-builtin-face)
    ("\\_<define\\s-+\\([a-z_][a-z0-9_]*\\)" 1 font-lock-function-name-face)
    ("\\_<\\(?:let\\|input\\|remember\\)\\s-+\\([a-z_][a-z0-9_]*\\)" 1 font-lock-variable-name-face)
    (,(concat "\\(?:^\\|[^.]\\)" (regexp-opt apx-words-members 'symbols)) 1 font-lock-variable-name-face)
    (,(concat "\\(?:^\\|[^.]\\)" (regexp-opt apx-words-fields 'symbols)) 1 font-lock-variable-name-face))
  "Colours, the words from the declarations of the language.")

(defvar apx-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "." table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?% "." table)
    (modify-syntax-entry ?' "." table)
    table)
  "Comments begin with #, texts have no escapes.")

(defun apx--indentation ()
  "How far the line at point is to be indented."
  (save-excursion
    (back-to-indentation)
    (cond
     ((looking-at apx--cards) 0)
     ((looking-at apx--attached) (* 2 apx-indent-step))
     (t (let ((action (looking-at apx--actions)))
          (cond
           ((/= 0 (forward-line -1)) 0)
           ((looking-at "\\s-*$") 0)
           (action apx-indent-step)
           (t (+ (current-indentation) (if (looking-at apx--opens) apx-indent-step 0)))))))))

(defun apx-indent-line ()
  "Indent the line at point; point stays where it is in the text."
  (let ((wanted (apx--indentation))
        (behind (- (point-max) (point))))
    (indent-line-to wanted)
    (when (> (- (point-max) behind) (point))
      (goto-char (- (point-max) behind)))))

;;;###autoload
(define-derived-mode apx-mode prog-mode "Apx"
  "A mode for programs of ApexTrade."
  (setq-local comment-start "# "
              comment-start-skip "#+\\s-*"
              indent-tabs-mode nil
              tab-width apx-indent-step
              indent-line-function #'apx-indent-line
              font-lock-defaults '(apx-font-lock-keywords)
              imenu-generic-expression '(("Tests" "^test\\s-+\"\\([^\"\n]*\\)\"" 1)
                                         ("Inputs" "^input\\s-+\\([a-z0-9_]+\\)" 1)
                                         ("Names" "^\\(?:let\\|define\\|remember\\)\\s-+\\([a-z0-9_]+\\)" 1)))
  (setq-local eglot-workspace-configuration (list :apx (or apx-settings (make-hash-table)))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.apx\\'" . apx-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'apx-mode (lambda (&rest _) apx-command))))

(defun apx--execute (command then &rest arguments)
  "Have the server do COMMAND for this program with ARGUMENTS.
THEN is called with what it answers."
  (let ((server (and (fboundp 'eglot-current-server) (eglot-current-server))))
    (unless server
      (user-error "The language server is not running here; M-x eglot starts it"))
    (eglot--signal-textDocument/didChange)
    (jsonrpc-async-request
     server :workspace/executeCommand
     `(:command ,command :arguments ,(vconcat (list (plist-get (eglot--TextDocumentIdentifier) :uri)) arguments))
     :success-fn (lambda (answer)
                   (if (plist-get answer :error)
                       (message "apx: %s" (plist-get answer :error))
                     (funcall then answer)))
     :error-fn (lambda (err) (message "apx: %s" (plist-get err :message)))
     :timeout-fn (lambda () (message "apx: %s took too long" command))
     :timeout 60)))

(defun apx--say (answer)
  "Say the title of ANSWER."
  (message "apx: %s" (plist-get answer :title)))

(defun apx-backtest ()
  "Trade this program on past bars and say what came out."
  (interactive)
  (apx--execute "apx.backtest" #'apx--say))

(defun apx-test ()
  "Run the test that point is in, or all of them where it is in none."
  (interactive)
  (let ((name (save-excursion
                (end-of-line)
                (and (re-search-backward "^\\s-*test\\s-+\"\\([^\"\n]*\\)\"" nil t)
                     (match-string-no-properties 1)))))
    (apply #'apx--execute "apx.test" #'apx--say (and name (list name)))))

(defun apx-report ()
  "Open the report of a backtest in the browser."
  (interactive)
  (apx--execute "apx.report" (lambda (answer) (browse-url-of-file (plist-get answer :path)))))

(define-key apx-mode-map (kbd "C-c C-b") #'apx-backtest)
(define-key apx-mode-map (kbd "C-c C-t") #'apx-test)
(define-key apx-mode-map (kbd "C-c C-r") #'apx-report)

(provide 'apx-mode)
;;; apx-mode.el ends here
